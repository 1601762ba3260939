#ifndef BASE_TALLY_H
#define BASE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/pace.h"

// What goes wrong again and again: each is counted, and told once within a time. All zero at the
// start.
struct tally {
    _Atomic uint64_t total;
    struct pace pace;
};

// Counts so many more. Whether a line is due, as pace_is_due(). Any thread.
bool tally_add(struct tally *tally, uint64_t count, int64_t interval_ms);

#endif
