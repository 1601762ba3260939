#ifndef ALERT_STORE_H
#define ALERT_STORE_H

#include <stdbool.h>

#include "common/mac.h"
#include "server/model/alert.h"
#include "server/store/store.h"

// Alerts that go on, and the notes that tell of them. All: ERR_IO if the database fails.

// Calls each() for those that go on, the oldest first, until it returns non-zero, which is then
// returned.
ERR_CHECKED int alert_store_each(struct store_connection *connection,
    int (*each)(const struct alert *alert, void *ctx), void *ctx, struct err *err);

ERR_CHECKED int alert_store_count(
    struct store_connection *connection, int64_t *count, struct err *err);

// Adds one, and its note. One of that kind and subject that goes on is only seen again, and what is
// said of it becomes the new; no note.
ERR_CHECKED int alert_store_raise(struct store_connection *connection, const struct alert *alert,
    int64_t now_ms, struct err *err);

// Takes one away; with a note if that is to be told.
ERR_CHECKED int alert_store_end(struct store_connection *connection, const struct alert *alert,
    int64_t now_ms, bool is_told, struct err *err);

// Adds a note; its number is written to it.
ERR_CHECKED int alert_store_note(
    struct store_connection *connection, struct alert_note *note, struct err *err);

// Calls each() for at most so many notes behind that number, in their order.
struct alert_store_range {
    int64_t after;
    int64_t limit;
};
ERR_CHECKED int alert_store_each_note(struct store_connection *connection,
    const struct alert_store_range *range, int (*each)(const struct alert_note *note, void *ctx),
    void *ctx, struct err *err);

// Removes notes from before that time, but never the newest, whose number must not come again.
ERR_CHECKED int alert_store_forget(
    struct store_connection *connection, int64_t before_ms, struct err *err);

ERR_CHECKED int alert_store_read_progress(
    struct store_connection *connection, struct alert_progress *out, struct err *err);
ERR_CHECKED int alert_store_write_progress(
    struct store_connection *connection, const struct alert_progress *progress, struct err *err);

// How many events of that kind a device has had since that time.
struct alert_store_events {
    const char *mac;
    const char *kind;
    int64_t since_ms;
};
ERR_CHECKED int alert_store_count_events(struct store_connection *connection,
    const struct alert_store_events *wish, int64_t *count, struct err *err);

// Calls each() for devices that have been silent since before that time and are not shut out, at
// most so many.
ERR_CHECKED int alert_store_each_silent(struct store_connection *connection,
    const int64_t before_limit[2], int (*each)(const char *mac, int64_t last_seen_ms, void *ctx),
    void *ctx, struct err *err);

#endif
