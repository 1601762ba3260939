#ifndef ROLLOUT_DRIVE_H
#define ROLLOUT_DRIVE_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/release/release.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// Brings all rollouts on: devices, then phases. Its own thread.
struct rollout_drive;

// All are borrowed. settings: needed for rollouts of a configuration.
ERR_CHECKED int rollout_drive_start(struct store *store, struct release *release,
    const struct settings_desk *settings, struct rollout_drive **out, struct err *err);
void rollout_drive_free(struct rollout_drive *drive);

// Looks soon: somebody has changed a rollout. Never blocks; NULL is allowed. Any
// thread.
void rollout_drive_wake(struct rollout_drive *drive);

// One look at all that have not ended, within a store_job; ctx is a rollout_look.
ERR_CHECKED int rollout_drive_run(struct store_connection *connection, void *ctx, struct err *err);

// How long to wait after a look that took so long, all in ms: looks have a twentieth of the time,
// and one that took long, once, makes nobody wait for more than a minute.
int64_t rollout_drive_pause_ms(int64_t took_ms);

#endif
