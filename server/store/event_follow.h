#ifndef EVENT_FOLLOW_H
#define EVENT_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/event.h"
#include "server/store/device_store.h"
#include "server/store/store.h"

// Events of all devices in the order in which they came. Their ids follow each other without a
// hole, and none is given twice: where one is missing, an event was removed.

// Which of them are asked for; what is "" or NULL asks for all.
struct event_follow_wish {
    const char *mac;
    const char *kind;
    const struct device_filter *filter; // of the devices, as they are now
};

// An event, and whether it is asked for.
struct event_follow_row {
    struct event event;
    int64_t id;
    bool is_wished;
};

// Calls each() for the events whose ids are larger, at most `limit`, wished or not, until it
// returns non-zero, which is then returned. Errors of device_where_new(), and ERR_IO.
struct event_follow_range {
    int64_t after;
    int64_t limit;
};
ERR_CHECKED int event_follow_each(struct store_connection *connection,
    const struct event_follow_wish *wish, const struct event_follow_range *range,
    int (*each)(const struct event_follow_row *row, void *ctx), void *ctx, struct err *err);

// The id of the newest event that there ever was, kept or not; 0 if there was none.
ERR_CHECKED int event_follow_newest(
    struct store_connection *connection, int64_t *out, struct err *err);

// The id behind which the newest `count` events begin that are asked for. At most
// EVENT_FOLLOW_LOOK_MAX are looked at: *out is before the first that was found among these.
#define EVENT_FOLLOW_LOOK_MAX 100000
ERR_CHECKED int event_follow_before_newest(struct store_connection *connection,
    const struct event_follow_wish *wish, int64_t count, int64_t *out, struct err *err);

#endif
