#ifndef DEVICE_CHANNEL_H
#define DEVICE_CHANNEL_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/store/group_store.h"
#include "server/store/mark_store.h"
#include "server/store/store.h"

// Which channel devices follow: what was said of the device itself; else stable if a group of it
// follows that; else beta if one does; else stable.

struct device_channel {
    enum channel channel;              // never CHANNEL_NONE
    bool is_own;                       // it was said of the device itself
    char group[GROUP_STORE_NAME_SIZE]; // that decides, or ""
};

// Of a device of which mark was said. What no store knows follows stable. ERR_IO, and errors of
// group_tree.h, which are of groups that others than the daemon have put.
ERR_CHECKED int device_channel_get(struct store_connection *connection, const char *mac,
    const struct device_mark *mark, struct device_channel *out, struct err *err);

// Calls each() for every image that devices report which follow beta, with how many do, until it
// returns non-zero, which is then returned.
ERR_CHECKED int device_channel_each_beta(struct store_connection *connection,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err);

#endif
