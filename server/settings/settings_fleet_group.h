#ifndef SETTINGS_FLEET_GROUP_H
#define SETTINGS_FLEET_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/settings/settings_fleet.h"
#include "server/store/store.h"

// Devices to mark, by MAC.
struct settings_fleet_group {
    struct settings_fleet_device *devices;
    size_t count;
    uint64_t bit;
    int64_t now_ms;
};

// Sets the bit of those that are members of a group. ERR_NOT_FOUND; errors of settings_member.h.
ERR_CHECKED int settings_fleet_group_mark(struct store_connection *connection, const char *name,
    const struct settings_fleet_group *to, struct err *err);

#endif
