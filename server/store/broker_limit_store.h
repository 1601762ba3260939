#ifndef BROKER_LIMIT_STORE_H
#define BROKER_LIMIT_STORE_H

#include "server/model/broker_limit.h"
#include "server/store/store.h"

// What the broker dropped of devices.

// Adds a report of at_ms. ERR_NOT_FOUND if the device is unknown.
ERR_CHECKED int broker_limit_store_add(struct store_connection *connection, const char *mac,
    const struct broker_limit *limit, struct err *err);

// All that was dropped of a device. ERR_NOT_FOUND if nothing was.
ERR_CHECKED int broker_limit_store_get(struct store_connection *connection, const char *mac,
    struct broker_limit *out, struct err *err);

#endif
