#ifndef BASE_RATE_H
#define BASE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A bound on how much comes in a time: so much in the long run, and at most the burst at once. A
// burst that takes longer than 70 years to come back counts as what comes back in these.
struct rate {
    uint32_t count; // at least 1
    uint32_t in_ms; // at least 1
    uint32_t burst;
};

// Where one stands: the time until which what has come is paid for (GCRA: ITU-T I.371). Zero at the
// start, when all of the burst is left.
struct rate_use {
    int64_t until_ns;
};

// Whether n more may come at now_ms (monotonic), and counts them; if not, it counts nothing.
bool rate_take(struct rate_use *use, const struct rate *rate, uint32_t n, int64_t now_ms);

// Takes back n that were counted, as far as they still count.
void rate_give(struct rate_use *use, const struct rate *rate, size_t n);

// Whether not even one more may come.
bool rate_is_spent(const struct rate_use *use, const struct rate *rate, int64_t now_ms);

#endif
