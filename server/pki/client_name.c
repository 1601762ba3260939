// Names and roles of the broker's clients that are no devices.
#include "server/pki/client_name.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/mac.h"

#define ROLE_MAX 32
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

static const char daemon_name[] = "secureespd";

int client_name_check(const char *name, struct err *err)
{
    char mac[MAC_SIZE];

    for (const char *p = name; *p != '\0'; p++) {
        if (mac_parse_begin(p, mac) > 0)
            return err_set(err, ERR_INVALID,
                "\"%s\" contains the name of a device (12 hex digits), whose certificate is made "
                "with 'pki device'",
                name);
    }
    if (strcasecmp(name, daemon_name) == 0)
        return err_set(err, ERR_INVALID,
            "\"%s\" is the daemon's name, whose certificate is made with 'pki server'", name);
    return 0;
}

int client_name_check_role(const char *role, struct err *err)
{
    static const char *const given[] = {"device", "daemon"};
    size_t n = strlen(role);

    if (n == 0 || n > ROLE_MAX || strspn(role, LETTERS) == 0 ||
        strspn(role, LETTERS "0123456789_-") != n)
        return err_set(err, ERR_INVALID,
            "\"%s\" is not a role: give 1 to %d lower-case letters, digits, '_' or '-', starting "
            "with a letter",
            role, ROLE_MAX);
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        if (strcmp(role, given[i]) == 0)
            return err_set(err, ERR_INVALID,
                "\"%s\" is a role that cannot be given: a certificate's common name decides who "
                "has it",
                role);
    }
    return 0;
}

bool client_name_is_built_in_role(const char *role)
{
    return strcmp(role, CLIENT_NAME_MONITOR) == 0 || strcmp(role, CLIENT_NAME_HOMEASSISTANT) == 0;
}
