#ifndef COMMAND_UPDATE_H
#define COMMAND_UPDATE_H

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/store.h"

// Queues an update of a device, durably: `firmware`, and once that is done `flash`, which else is
// never sent. ERR_NOT_FOUND if the device is unknown; ERR_CONFLICT if it is revoked, held, or at an
// update already. The store's errors.
ERR_CHECKED int command_update_add(
    struct store *store, const char *mac, const struct audit_author *by, struct err *err);

#endif
