#ifndef ROLLOUT_CONFIG_END_H
#define ROLLOUT_CONFIG_END_H

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// Within the caller's transaction. ERR_CONFLICT if none of the devices that run what the rollout
// brings is among those that its settings are for any more: nobody of these has tried it.
// ERR_NO_MEMORY.
ERR_CHECKED int rollout_config_end_check(const struct settings_desk *desk,
    struct store_connection *connection, const struct rollout *rollout, struct err *err);

#endif
