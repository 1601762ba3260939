#ifndef FAULT_STORE_H
#define FAULT_STORE_H

#include <stdint.h>

#include "server/model/device_fault.h"
#include "server/store/store.h"

// What could not be read of devices' payloads: a row for each device and topic. ERR_IO if the
// database fails.

// Counts one more payload of a known device on that topic, whose fault is the last from now on;
// fault->count is ignored.
ERR_CHECKED int fault_store_add(struct store_connection *connection, const char *mac,
    const struct device_fault *fault, struct err *err);

// Calls each() for every topic with such payloads of a device, the newest first, until it returns
// non-zero, which is then returned.
ERR_CHECKED int fault_store_each(struct store_connection *connection, const char *mac,
    int (*each)(const struct device_fault *fault, void *ctx), void *ctx, struct err *err);

// Gives what is counted of the first device to the second, which is known.
ERR_CHECKED int fault_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err);

#endif
