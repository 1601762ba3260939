#ifndef MODEL_BOARD_POLICY_H
#define MODEL_BOARD_POLICY_H

#include <stdbool.h>

// How the devices of a board climb its release chain.
enum board_policy {
    BOARD_POLICY_STEP, // to the immediate successor
    BOARD_POLICY_LEAP, // to the furthest image that the running one can verify
    BOARD_POLICY_COUNT
};

const char *board_policy_name(enum board_policy policy); // "step", "leap"

// False if it is neither.
bool board_policy_parse(const char *name, enum board_policy *out);

#endif
