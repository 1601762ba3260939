// The names of a board's policies.
#include "server/model/board_policy.h"

#include <string.h>

static const char *const names[BOARD_POLICY_COUNT] = {
    [BOARD_POLICY_STEP] = "step",
    [BOARD_POLICY_LEAP] = "leap",
};

const char *board_policy_name(enum board_policy policy)
{
    return (unsigned)policy < BOARD_POLICY_COUNT ? names[policy] : "unknown";
}

bool board_policy_parse(const char *name, enum board_policy *out)
{
    if (strcmp(name, names[BOARD_POLICY_STEP]) == 0)
        *out = BOARD_POLICY_STEP;
    else if (strcmp(name, names[BOARD_POLICY_LEAP]) == 0)
        *out = BOARD_POLICY_LEAP;
    else
        return false;
    return true;
}
