#ifndef DEVICE_GROUPS_H
#define DEVICE_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/channel.h"
#include "server/store/store_connection.h"

// In which groups devices are, and which channel they follow: one look at a device's row judges it
// by many groups.
struct device_groups;

// Takes the groups as they are now. ERR_TOO_LARGE and others of where_tree_put(), ERR_NO_MEMORY,
// ERR_IO. The caller closes it before the connection's reading ends.
ERR_CHECKED int device_groups_open(
    struct store_connection *connection, struct device_groups **out, struct err *err);
void device_groups_close(struct device_groups *groups); // NULL is allowed

// The i-th group's name; NULL behind the last. They stand in the order of their names.
const char *device_groups_name(const struct device_groups *groups, size_t i);

// The first group from the i-th on that the device is in, or SIZE_MAX: none. key: mac_key.h.
// ERR_IO.
ERR_CHECKED int device_groups_next(
    struct device_groups *groups, int64_t key, size_t i, size_t *out, struct err *err);

// Its channel; CHANNEL_NONE if it is no device's. ERR_IO.
ERR_CHECKED int device_groups_channel(
    struct device_groups *groups, int64_t key, enum channel *out, struct err *err);

#endif
