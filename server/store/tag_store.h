#ifndef TAG_STORE_H
#define TAG_STORE_H

#include "server/store/store.h"

// Tags of devices. All: ERR_IO if the database fails. Forgetting a device takes its tags along.

#define TAG_STORE_TAG_SIZE 33 // 32 bytes, as select_value_is_tag() has them
#define TAG_STORE_MAX 32      // of one device

// Adds one, if the device does not have it. ERR_NOT_FOUND if the device is unknown, ERR_TOO_LARGE
// beyond TAG_STORE_MAX.
ERR_CHECKED int tag_store_add(
    struct store_connection *connection, const char *mac, const char *tag, struct err *err);

// Removes it, if the device has it.
ERR_CHECKED int tag_store_remove(
    struct store_connection *connection, const char *mac, const char *tag, struct err *err);

// Calls each() for every tag of a device, in order, until it returns non-zero, which is then
// returned.
ERR_CHECKED int tag_store_each(struct store_connection *connection, const char *mac,
    int (*each)(const char *tag, void *ctx), void *ctx, struct err *err);

// Gives the tags of the first device to the second, beside its own.
ERR_CHECKED int tag_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err);

#endif
