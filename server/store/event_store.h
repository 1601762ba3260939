#ifndef EVENT_STORE_H
#define EVENT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/event.h"
#include "server/store/store.h"

// What happened to devices.

ERR_CHECKED int event_store_add(struct store_connection *connection, const struct event *event,
    enum event_class class, struct err *err);

// The newest `limit` events of a device, newest first.
ERR_CHECKED int event_store_each(struct store_connection *connection, const char *mac,
    int64_t limit, int (*each)(const struct event *event, void *ctx), void *ctx, struct err *err);

// A page of them, newest first, until each() returns non-zero, which is then returned.
struct event_store_wish {
    const char *mac;
    int64_t before;   // of smaller ids; INT64_MAX: from the newest on
    const char *kind; // "": all
    int64_t limit;
};
ERR_CHECKED int event_store_page(struct store_connection *connection,
    const struct event_store_wish *wish,
    int (*each)(const struct event *event, int64_t id, void *ctx), void *ctx, struct err *err);

// Whether the device has an event of that kind after since_ms: 1 or 0, or an error.
ERR_CHECKED int event_store_has_since(struct store_connection *connection, const char *mac,
    const char *kind, int64_t since_ms, struct err *err);

// The same of an error that it told with that result.
ERR_CHECKED int event_store_has_error_since(struct store_connection *connection, const char *mac,
    const char *result, int64_t since_ms, struct err *err);

// Deletes all but the newest `keep` events of a class of a device.
ERR_CHECKED int event_store_trim(struct store_connection *connection, const char *mac,
    enum event_class class, int64_t keep, struct err *err);

// Deletes events older than before_ms, at most 10,000; *more tells whether there are others.
ERR_CHECKED int event_store_delete_before(
    struct store_connection *connection, int64_t before_ms, bool *more, struct err *err);

// Deletes all events of a device.
ERR_CHECKED int event_store_forget(
    struct store_connection *connection, const char *mac, struct err *err);

// Gives all events of the first device to the second, which is known.
ERR_CHECKED int event_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err);

#endif
