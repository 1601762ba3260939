#ifndef COMMAND_END_H
#define COMMAND_END_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"

// Ends the queued and sent commands of a device that is shut out: they have failed, since (why)
// "the device was revoked". *count is then how many. Within a store_job.
ERR_CHECKED int command_end_revoked(struct store_connection *connection, const char *mac,
    const char *why, size_t *count, struct err *err);

#endif
