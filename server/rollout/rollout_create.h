#ifndef ROLLOUT_CREATE_H
#define ROLLOUT_CREATE_H

#include "server/base/err.h"
#include "server/release/release.h"
#include "server/rollout/rollout_creation.h"
#include "server/store/store.h"

// Says who would take part, and changes nothing. Errors as of rollout_create_run().
ERR_CHECKED int rollout_create_plan(struct store *store, struct release *release,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err);

// Creates it, durably, and publishes its image, if it is not: to nobody yet. ERR_INVALID if there
// is no such time zone; ERR_NOT_FOUND if there is no such image, or nobody takes part; ERR_CONFLICT
// if there is a rollout of that name, one that has not ended has some of the devices, or another
// image of the board is under a rollout; errors of release_publish(), ERR_NO_MEMORY, ERR_IO. Of a
// configuration: those of settings_change_run(); ERR_CONFLICT if another one has not ended whose
// layer is for any of the devices; ERR_NOT_FOUND also if nobody would get another file.
ERR_CHECKED int rollout_create_run(struct release *release, const struct rollout_create_wish *wish,
    struct rollout_created *out, struct err *err);

#endif
