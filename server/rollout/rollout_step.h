#ifndef ROLLOUT_STEP_H
#define ROLLOUT_STEP_H

#include "server/base/err.h"
#include "server/release/release.h"
#include "server/rollout/rollout_judge.h"
#include "server/store/store.h"

// Brings a rollout's devices on, within a store_job: what a device is told is written together with
// the command, so that a crash finds both or neither.

#define ROLLOUT_STEP_CANDIDATES 512 // of those that wait, at a time

// Looks at all that are at work; of those that wait, lets as many begin as may, if may_begin. The
// rollout is not changed. Of one that is paused or has ended, what was not sent is taken back.
ERR_CHECKED int rollout_step_run(struct store_connection *connection, struct release *release,
    const struct rollout *rollout, bool may_begin, struct err *err);

// How its phases stand.
ERR_CHECKED int rollout_step_tally(struct store_connection *connection,
    const struct rollout *rollout, struct rollout_tally *out, struct err *err);

#endif
