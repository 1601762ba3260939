#ifndef BASE_PACE_H
#define BASE_PACE_H

#include <stdbool.h>
#include <stdint.h>

// Keeps what may be said very often to one line within a time. All zero at the start.
struct pace {
    _Atomic int64_t next_ms; // monotonic; 0: at once
};

// Whether it is to be said now; if so, then not again for interval_ms. Any thread; of several at
// the same time one.
bool pace_is_due(struct pace *pace, int64_t interval_ms);

#endif
