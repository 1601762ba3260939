#ifndef LEFT_OUT_STORE_H
#define LEFT_OUT_STORE_H

#include "server/model/left_out.h"
#include "server/store/store.h"

// What was left out of what devices say, for each device and reason.

// Adds what was left out since it was told last. ERR_NOT_FOUND if the device is unknown.
ERR_CHECKED int left_out_store_add(
    struct store_connection *connection, const struct left_out *out, struct err *err);

// Calls each() for every reason of a device, the latest first, until it returns non-zero, which is
// then returned.
ERR_CHECKED int left_out_store_each(struct store_connection *connection, const char *mac,
    int (*each)(const struct left_out *out, void *ctx), void *ctx, struct err *err);

#endif
