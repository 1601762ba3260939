#ifndef BASE_RATE_H
#define BASE_RATE_H

#include <stdbool.h>
#include <stdint.h>

// A bound on how much comes in a time: so many at once, and from then on one more in each
// interval.
struct rate {
    int64_t burst;
    int64_t interval_us;
};

// Whether n more may come at now_us (monotonic), and counts them; if not, it counts nothing.
// *used_until_us is where the bound stands: 0 at the start, when all of the burst is left. O(1), a
// number in all (GCRA: ITU-T I.371).
bool rate_take(int64_t *used_until_us, const struct rate *rate, int64_t n, int64_t now_us);

#endif
