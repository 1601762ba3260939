#ifndef HOUSEKEEPING_H
#define HOUSEKEEPING_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"

// The store's regular care, as jobs for its writer.
struct housekeeping;

struct housekeeping_settings {
    int64_t offline_after_ms;
    int64_t keep_statuses_ms;
    int64_t keep_hours_ms;
    int64_t keep_events_ms;
};

// Holds at once if the clock is more than a day away from what was stored last.
ERR_CHECKED int housekeeping_new(struct store *store, struct housekeeping **out, struct err *err);

// The store must have been closed.
void housekeeping_free(struct housekeeping *housekeeping);

// Rolls up and deletes nothing for a day: the clock may be wrong, and nothing is to be lost by it.
// On the thread that ticks.
void housekeeping_hold(struct housekeeping *housekeeping);

// Marks silent devices offline; each minute also rolls up and deletes what is too old. Call it each
// second, on one thread; it does not wait.
void housekeeping_tick(
    struct housekeeping *housekeeping, const struct housekeeping_settings *settings);

// Whether the writer ended a batch within the last minute, be it that the disk was full: it is
// alive.
bool housekeeping_is_alive(const struct housekeeping *housekeeping);

#endif
