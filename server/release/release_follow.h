#ifndef RELEASE_FOLLOW_H
#define RELEASE_FOLLOW_H

#include "server/base/err.h"
#include "server/release/release.h"

// Which members of the catalogue a device is offered: those of the channel that it follows.

struct release_follow {
    const struct release_catalogue *catalogue;
    const char *mac;
    const struct image_name *running;
    const struct release_member *members; // found: of the device's board, in its channel
    size_t n;                             // of them; 0 if the board is unknown
};

// Sets what is found. The store is asked only where the channel makes a difference. ERR_IO,
// ERR_UNAVAILABLE, and those of device_channel_get().
ERR_CHECKED int release_follow_find(
    struct store *store, struct release_follow *follow, struct err *err);

// The channel of a device.
ERR_CHECKED int release_follow_channel(
    struct store_connection *connection, const char *mac, enum channel *out, struct err *err);

#endif
