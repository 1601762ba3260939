#ifndef ROLLOUT_WATCH_H
#define ROLLOUT_WATCH_H

#include "server/base/err.h"
#include "server/rollout/rollout_findings.h"
#include "server/store/store.h"

// Watches the health of updated devices while their rollouts run or soak. Used by one thread.
struct rollout_watch;

#define ROLLOUT_WATCH_PERIOD_MS 600000 // from one look at a rollout's devices to the next

// NULL without memory.
struct rollout_watch *rollout_watch_new(void);

// One piece of a look. 1 if there is more of it, 0 if no rollout is due, or the error: the look is
// then given up, and the next comes in its time.
ERR_CHECKED int rollout_watch_look(struct rollout_watch *watch, struct store_connection *connection,
    int64_t now_ms, struct err *err);

// What has been found since rollout_watch_forget, to be called once that is written. Borrowed.
const struct rollout_findings *rollout_watch_found(const struct rollout_watch *watch);
void rollout_watch_forget(struct rollout_watch *watch);

// NULL is allowed.
void rollout_watch_free(struct rollout_watch *watch);

#endif
