#ifndef COMMAND_QUEUE_H
#define COMMAND_QUEUE_H

#include "server/base/err.h"
#include "server/command/command_list.h"
#include "server/store/store.h"

// Queues a command for one device, or (mac NULL) for every known one, durably and all or none; they
// are appended to *list, which is to be empty. ERR_INVALID if the name is unknown, ERR_NOT_FOUND if
// the device is; the store's errors. The caller clears *list, also after an error.
ERR_CHECKED int command_queue_add(struct store *store, const char *mac, const char *name,
    struct command_list *list, struct err *err);

#endif
