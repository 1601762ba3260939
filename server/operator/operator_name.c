// Names and passwords of users.
#include "server/operator/operator_name.h"

#include <string.h>

#include "common/mac.h"
#include "server/base/utf8.h"
#include "server/model/user.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"

int operator_name_check(const char *name, struct err *err)
{
    size_t n = strlen(name);
    char mac[MAC_SIZE];

    if (n == 0 || n >= USER_NAME_SIZE || strspn(name, LETTERS) == 0 ||
        strspn(name, LETTERS "0123456789._-") != n)
        return err_set(err, ERR_INVALID,
            "a name is 1 to %d lower-case letters, digits, '.', '_' and '-', a letter first",
            USER_NAME_SIZE - 1);
    if (mac_parse(name, mac))
        return err_set(err, ERR_INVALID, "'%s' is the name of a device", name);
    return 0;
}

int operator_name_check_password(const char *name, const char *password, struct err *err)
{
    size_t n = strlen(password);

    if (n < OPERATOR_NAME_PASSWORD_MIN || n > OPERATOR_NAME_PASSWORD_MAX)
        return err_set(err, ERR_INVALID, "a password has %d to %d bytes",
            OPERATOR_NAME_PASSWORD_MIN, OPERATOR_NAME_PASSWORD_MAX);
    for (const char *p = password; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7F)
            return err_set(err, ERR_INVALID, "a password has no control characters");
    }
    if (!utf8_is_valid(password))
        return err_set(err, ERR_INVALID, "a password is UTF-8");
    if (strcmp(name, password) == 0)
        return err_set(err, ERR_INVALID, "a password is not the name");
    return 0;
}
