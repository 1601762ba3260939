#ifndef WEBHOOK_BACKOFF_H
#define WEBHOOK_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

// When what did not arrive is tried again.
struct webhook_backoff {
    int64_t min_ms, max_ms; // 0 < min_ms <= max_ms
    int64_t give_up_ms;     // so long after it was queued
};

// How long to wait after so many failures, from 1: min_ms, doubled with each, at most max_ms, of
// which chance takes up to a half, so that receivers do not get all at once. chance: any number.
int64_t webhook_backoff_delay(
    const struct webhook_backoff *backoff, int64_t failures, uint32_t chance);

// Whether its time has come; also if its time is so far ahead that the clock must have been set.
bool webhook_backoff_is_due(
    const struct webhook_backoff *backoff, int64_t next_at_ms, int64_t now_ms);

// Whether what has just failed is given up.
bool webhook_backoff_is_over(
    const struct webhook_backoff *backoff, int64_t queued_at_ms, int64_t now_ms);

#endif
