#ifndef COMMAND_FORGET_H
#define COMMAND_FORGET_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/store.h"

// Removes a device, its history and its commands, durably; what it said retained is taken away at
// the broker, too, as soon as that is there. It is known again when it speaks again; one that is
// revoked stays so, and speaks in vain: *revoked tells. ERR_NOT_FOUND; ERR_CONFLICT if it is online
// and that is not forced.
struct command_forget_wish {
    const char *mac;
    bool force;
    const struct audit_author *by; // NULL: the daemon itself
};
ERR_CHECKED int command_forget_device(
    struct store *store, const struct command_forget_wish *wish, bool *revoked, struct err *err);

#endif
