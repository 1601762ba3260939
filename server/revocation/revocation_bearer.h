#ifndef REVOCATION_BEARER_H
#define REVOCATION_BEARER_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/model/device_record.h"
#include "server/store/store.h"

// A device whose certificate was revoked, and not the device itself: it may be back with another.

// Offline, and for that reason, unless it is offline anyhow. Within a store_job.
ERR_CHECKED int revocation_bearer_set_offline(
    struct store_connection *connection, struct device_record *device, struct err *err);

// Its connection to the broker ended at that time: it is offline, unless it has spoken since. If
// that fails, it falls silent.
void revocation_bearer_end(struct store *store, const char *mac, int64_t at_ms);

#endif
