#ifndef RETAINED_STORE_H
#define RETAINED_STORE_H

#include <stdint.h>

#include "common/mac.h"
#include "server/model/device_record.h"
#include "server/store/store.h"

// Devices whose retained messages are to be taken away at the broker, as they were revoked, or
// forgotten: they cannot do it any more, or nobody knows that there are any. All: ERR_IO if the
// database fails.

struct retained {
    char mac[MAC_SIZE];
    char spelling[DEVICE_SPELLING_SIZE]; // as in struct device_record
    int64_t at_ms;                       // when that was asked for
};

// Inserts or replaces.
ERR_CHECKED int retained_store_put(
    struct store_connection *connection, const struct retained *retained, struct err *err);

// It is done: removes it, unless it was asked for once more meanwhile.
ERR_CHECKED int retained_store_remove(
    struct store_connection *connection, const struct retained *retained, struct err *err);

// Removes it: the device is in again.
ERR_CHECKED int retained_store_drop(
    struct store_connection *connection, const char *mac, struct err *err);

// Calls each() for at most so many of them, by MAC from after on ("": the first), until it returns
// non-zero, which is then returned.
ERR_CHECKED int retained_store_page(struct store_connection *connection, const char *after,
    int64_t limit, int (*each)(const struct retained *retained, void *ctx), void *ctx,
    struct err *err);

#endif
