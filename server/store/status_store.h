#ifndef STATUS_STORE_H
#define STATUS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/device_record.h"
#include "server/store/status_found.h"
#include "server/store/store.h"

// The history of statuses, and its hourly roll-ups.

ERR_CHECKED int status_store_add(struct store_connection *connection, const char *mac,
    int64_t at_ms, const struct device_status *status, struct err *err);

struct status_hour {
    int64_t hour_ms; // its start
    int64_t count;
    unsigned has; // DEVICE_HAS_*: whether any status of the hour bore the member
    int32_t rssi_min_dbm, rssi_max_dbm;
    double rssi_avg_dbm;
    uint32_t free_heap_min_bytes;
    uint32_t max_loop_max_ms;
    int64_t reboots;
    int64_t new_errors; // statuses with an error message that was another or none before
};

// Rolls every hour that ended before now_ms and is not rolled up yet into status_hour rows, then
// deletes statuses older than keep_status_ms and hours older than keep_hours_ms (durations). Does a
// bounded amount of work in a call; *more tells whether to call again.
ERR_CHECKED int status_store_maintain(struct store_connection *connection, int64_t now_ms,
    int64_t keep_status_ms, int64_t keep_hours_ms, bool *more, struct err *err);

// The newest `limit` hours of a device, newest first.
ERR_CHECKED int status_store_each_hour(struct store_connection *connection, const char *mac,
    int64_t limit, int (*each)(const struct status_hour *hour, void *ctx), void *ctx,
    struct err *err);

// The hours of a device that began later, oldest first; at most `limit`.
struct status_store_wish {
    const char *mac;
    int64_t after_ms;
    int64_t limit;
};
ERR_CHECKED int status_store_each_hour_after(struct store_connection *connection,
    const struct status_store_wish *wish, int (*each)(const struct status_hour *hour, void *ctx),
    void *ctx, struct err *err);

// Deletes all statuses and hours of a device: those that were found, and what came later.
ERR_CHECKED int status_store_forget(struct store_connection *connection, const char *mac,
    const struct status_found *found, struct err *err);

// Gives all statuses and hours of the first device to the second: those that were found, and what
// came later. Hours of which both have a part become one.
ERR_CHECKED int status_store_move(struct store_connection *connection, const char *const macs[2],
    const struct status_found *found, struct err *err);

#endif
