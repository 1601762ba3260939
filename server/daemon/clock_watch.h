#ifndef CLOCK_WATCH_H
#define CLOCK_WATCH_H

#include <stdint.h>

#include "server/base/tally.h"
#include "server/store/store.h"

// Follows the system's clock, which may be set while the daemon runs.

struct clock_watch_settings {
    int64_t offline_after_ms;
    int64_t sent_timeout_ms;
    int64_t queued_timeout_ms;
};

// Lets clock_now_ms() follow the system's clock. If that was set by more than a second, moves along
// what is under way, durably, and returns by how much; else 0. Call it each second, on one thread.
// Steps are counted.
int64_t clock_watch_follow(
    struct store *store, const struct clock_watch_settings *settings, struct tally *steps);

#endif
