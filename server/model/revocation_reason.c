// Why a certificate is revoked.
#include "server/model/revocation_reason.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    int code;
} reasons[] = {
    {"unspecified", 0},
    {REVOCATION_REASON_USUAL, 1},
    {"CACompromise", 2},
    {"affiliationChanged", 3},
    {"superseded", 4},
    {"cessationOfOperation", 5},
    {REVOCATION_REASON_HOLD, 6},
    {"privilegeWithdrawn", 9},
};

int revocation_reason_code(const char *name)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reasons[i].name, name) == 0)
            return reasons[i].code;
    }
    return -1;
}

int revocation_reason_stored_code(const char *name)
{
    return strcmp(name, REVOCATION_REASON_LISTED) == 0 ? 0 : revocation_reason_code(name);
}

bool revocation_reason_is_hold(const char *name)
{
    return strcmp(name, REVOCATION_REASON_HOLD) == 0;
}
