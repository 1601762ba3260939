#ifndef COMMAND_QUEUE_H
#define COMMAND_QUEUE_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/command/command_list.h"
#include "server/model/audit.h"
#include "server/store/store.h"

// What an operator orders.
struct command_order {
    const char *mac; // NULL: of every known device
    const char *name;
    bool forced;                   // a `flash` that is sent whatever the device has downloaded
    const struct audit_author *by; // NULL: the daemon itself
};

// Queues it, durably and all or none; the commands are appended to *list, which is to be empty.
// ERR_INVALID if the name is unknown, or another than flash is forced, ERR_NOT_FOUND if the device
// is unknown, ERR_CONFLICT if it is revoked; the store's errors. The caller clears *list, also
// after an error.
ERR_CHECKED int command_queue_add(struct store *store, const struct command_order *order,
    struct command_list *list, struct err *err);

#endif
