#ifndef HOMEASSISTANT_ACT_H
#define HOMEASSISTANT_ACT_H

#include "server/base/err.h"
#include "server/homeassistant/homeassistant_order.h"
#include "server/release/release.h"
#include "server/store/store.h"

// Does what Home Assistant ordered, as any operator could: queues the commands, in the audit log as
// its. ERR_NOT_FOUND if it is told of no such device, ERR_CONFLICT if the device is held, offered
// nothing, or at it already; the store's errors.
ERR_CHECKED int homeassistant_act_run(struct store *store, struct release *release,
    const struct homeassistant_order *order, struct err *err);

#endif
