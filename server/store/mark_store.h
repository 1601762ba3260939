#ifndef MARK_STORE_H
#define MARK_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/image_name.h"
#include "server/model/channel.h"
#include "server/store/store.h"

// What an operator has said of a device: that nothing is to be changed on it, beyond which image it
// must not go, which channel it follows, that it is a canary. All: ERR_IO if the database fails.
// Forgetting a device takes it along.

#define MARK_STORE_BY_SIZE 46 // as "uid 1000", or an address
#define MARK_STORE_REASON_SIZE 128

struct device_mark {
    int64_t held_at_ms; // 0: it is not held
    char held_by[MARK_STORE_BY_SIZE];
    char hold_reason[MARK_STORE_REASON_SIZE]; // or ""
    bool is_canary;
    char pin[IMAGE_NAME_SIZE]; // an image's name, or ""
    enum channel channel;      // what was said of the device itself
};

// Of a device of which nothing was said, *out is all zero.
ERR_CHECKED int mark_store_get(
    struct store_connection *connection, const char *mac, struct device_mark *out, struct err *err);

// Replaces it. ERR_NOT_FOUND if the device is unknown.
ERR_CHECKED int mark_store_put(struct store_connection *connection, const char *mac,
    const struct device_mark *mark, struct err *err);

// Gives what was said of the first device to the second: that it is held or a canary beside its
// own, the pin and the channel instead of its own.
ERR_CHECKED int mark_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err);

// ERR_CONFLICT, with the reason, if the device is held.
ERR_CHECKED int mark_store_check_free(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
