// Users by their name.
#include "server/signer/signer_user.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE 16384

// A number is a user also if nobody is called by it.
static int read_number(const char *text, uid_t *out, struct err *err)
{
    char *end;
    unsigned long long number;

    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || number >= (uid_t)-1)
        return err_set(err, ERR_INVALID, "'%s' is not a user", text);
    *out = (uid_t)number;
    return 0;
}

int signer_user_find(const char *name, uid_t *out, struct err *err)
{
    char buffer[BUFFER_SIZE];
    struct passwd entry;
    struct passwd *found = NULL;

    if (name[0] >= '0' && name[0] <= '9')
        return read_number(name, out, err);

    int failed = getpwnam_r(name, &entry, buffer, sizeof buffer, &found);

    if (found == NULL && failed != 0 && failed != ENOENT)
        return err_set(
            err, ERR_IO, "cannot look for the user '%s': error %d of getpwnam_r", name, failed);
    if (found == NULL)
        return err_set(err, ERR_NOT_FOUND, "there is no user '%s'", name);
    *out = found->pw_uid;
    return 0;
}
