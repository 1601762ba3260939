#ifndef OPERATOR_THROTTLE_H
#define OPERATOR_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/rate.h"

// How often who fails to log in may try. A name is slowed at each address by itself, and an address
// for all names: who guesses at one slows nobody at another. Whoever uses it from several threads
// locks. All zero at the start.

#define OPERATOR_THROTTLE_NAME_TRIES 5 // of one name at one address
#define OPERATOR_THROTTLE_NAME_S 30    // then one in so long
#define OPERATOR_THROTTLE_ADDRESS_TRIES 20
#define OPERATOR_THROTTLE_ADDRESS_S 6

#define OPERATOR_THROTTLE_SETS 512
#define OPERATOR_THROTTLE_WAYS 4

struct operator_throttle {
    struct operator_throttle_place {
        uint64_t key; // 0: free
        struct rate_use use;
    } places[OPERATOR_THROTTLE_SETS][OPERATOR_THROTTLE_WAYS];
    uint64_t seed; // of the keys: who does not know it cannot choose whose place he takes
};

// Counts a try. 0, or how many seconds later to try again. now_ms: monotonic.
unsigned operator_throttle_take(
    struct operator_throttle *throttle, const char *name, const char *address, int64_t now_ms);

// Takes it back: it was good.
void operator_throttle_give(
    struct operator_throttle *throttle, const char *name, const char *address);

#endif
