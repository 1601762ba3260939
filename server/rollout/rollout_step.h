#ifndef ROLLOUT_STEP_H
#define ROLLOUT_STEP_H

#include "server/base/err.h"
#include "server/release/release.h"
#include "server/rollout/rollout_findings.h"
#include "server/rollout/rollout_judge.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// Brings a rollout's devices on, within a store_job: what a device is told is written together with
// the command, so that a crash finds both or neither.

#define ROLLOUT_STEP_CANDIDATES 512 // of those that wait, at a time

// So many that are at work are looked at at a time, about: each costs some 20 us of the writer's
// time.
#define ROLLOUT_STEP_AT_WORK 2000
#define ROLLOUT_STEP_ALL (-1) // instead of a look's number

struct rollout_step_wish {
    bool may_begin;                       // else those that wait go on waiting
    const struct rollout_findings *found; // against updated devices, of any rollout; or NULL
    int64_t
        number; // of this look: where too many are at work, others are looked at by the next one
    const struct settings_desk *settings; // needed for a configuration; else NULL is allowed
};

// Looks at those that are at work, and at updated devices against which something was found; of
// those that wait, lets as many begin as may. The rollout is not changed. Of one that is paused or
// has ended, what was not sent is taken back.
ERR_CHECKED int rollout_step_run(struct store_connection *connection, struct release *release,
    const struct rollout *rollout, const struct rollout_step_wish *wish, struct err *err);

// How its phases stand.
ERR_CHECKED int rollout_step_tally(struct store_connection *connection,
    const struct rollout *rollout, struct rollout_tally *out, struct err *err);

#endif
