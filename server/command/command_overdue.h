#ifndef COMMAND_OVERDUE_H
#define COMMAND_OVERDUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/command/command_patience.h"
#include "server/store/store.h"

// Commands that have waited for long enough: those that are to be sent again are queued again,
// those without an outcome expire.
struct command_overdue {
    const struct command_patience *patience;
    int64_t queued_timeout_ms;
    size_t expired; // these two: how many
    size_t again;
    bool more; // there may be
};

// Durably, if there are any. The store's errors.
ERR_CHECKED int command_overdue_run(
    struct store *store, struct command_overdue *overdue, struct err *err);

#endif
