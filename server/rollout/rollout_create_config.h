#ifndef ROLLOUT_CREATE_CONFIG_H
#define ROLLOUT_CREATE_CONFIG_H

#include "server/base/err.h"
#include "server/rollout/rollout_creation.h"
#include "server/store/store.h"

// A new rollout of a configuration, as rollout_create.h says of rollouts.

// Who would take part: of the devices that the layer is for, those that would get another
// config.json. Brings the patch of the wish into the form in which it is kept.
ERR_CHECKED int rollout_create_config_plan(struct store_connection *connection,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err);

ERR_CHECKED int rollout_create_config_run(
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err);

#endif
