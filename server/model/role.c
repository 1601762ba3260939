// The names of roles.
#include "server/model/role.h"

#include <string.h>

static const char *const names[] = {
    [ROLE_ANYBODY] = "anybody",
    [ROLE_VIEWER] = "viewer",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ADMINISTRATOR] = "administrator",
};

const char *role_name(enum role role)
{
    return names[role];
}

bool role_find(const char *name, enum role *out)
{
    for (enum role role = ROLE_VIEWER; role <= ROLE_ADMINISTRATOR; role++)
        if (strcmp(name, names[role]) == 0) {
            *out = role;
            return true;
        }
    return false;
}
