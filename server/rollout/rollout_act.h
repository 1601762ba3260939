#ifndef ROLLOUT_ACT_H
#define ROLLOUT_ACT_H

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/rollout/rollout_gather.h"
#include "server/rollout/rollout_judge.h"

// What is done with a device of a rollout, within a store_job: what it is at is written together
// with the command, and with what is wanted of its config.json. All: the store's errors, those of
// settings_want.h.

// Orders what leads to the end of a stage, ROLLOUT_DOWNLOADING or ROLLOUT_INSTALLING.
ERR_CHECKED int rollout_act_order(const struct rollout_gather *gather,
    struct rollout_device *device, enum rollout_stage stage, struct err *err);

// Of a configuration: from now on its patch counts for a device that waited. 1 if that settles it,
// since it gets the file that it runs, or none; 0: it is to be ordered.
ERR_CHECKED int rollout_act_reach(const struct rollout_gather *gather,
    struct rollout_device *device, struct rollout_gathered *known, struct err *err);

// Takes back its command, which was not sent: it waits. Of a configuration, one that may have the
// new file already is told to download its config.json once more.
ERR_CHECKED int rollout_act_take_back(const struct rollout_gather *gather,
    struct rollout_device *device, const struct rollout_gathered *known, struct err *err);

// Brings it to the end that was decided. If that is of a configuration and no success, and the
// device may have a file that it is not to use, it is told to download its config.json once more.
ERR_CHECKED int rollout_act_settle(const struct rollout_gather *gather,
    struct rollout_device *device, const struct rollout_decision *decision,
    const struct rollout_gathered *known, struct err *err);

#endif
