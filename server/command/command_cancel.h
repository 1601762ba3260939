#ifndef COMMAND_CANCEL_H
#define COMMAND_CANCEL_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/command.h"
#include "server/store/store.h"

// The operator's word taken back.

// Which commands: by number, and all that are queued or sent of some devices. Borrowed.
struct command_cancel {
    const int64_t *ids;
    size_t id_count;
    const char (*macs)[MAC_SIZE];
    size_t mac_count;
    const struct audit_author *by; // NULL: the daemon itself
};

// Cancels them, durably, all or none: what is queued is never sent; what was sent a device may do
// all the same, and its outcome is still taken. One that has ended stays as it is. Gives each() all
// of them as they are then. ERR_NOT_FOUND if there is no such command or device; the store's
// errors.
ERR_CHECKED int command_cancel_run(struct store *store, const struct command_cancel *wish,
    void (*each)(const struct command *command, void *ctx), void *ctx, struct err *err);

#endif
