#ifndef HEALTH_STORE_H
#define HEALTH_STORE_H

#include <stdint.h>

#include "server/store/store.h"

// What is known of a device by the hour, for whoever compares its days. For readers: a device costs
// two looks into its own rows; whoever asks of thousands gives the connection back in between.

struct health_store_hour {
    int64_t hour_ms; // its start
    int64_t statuses;
    unsigned has; // DEVICE_HAS_*, as of status_hour
    double rssi_avg_dbm;
    uint32_t free_heap_min_bytes;
    uint32_t max_loop_max_ms;
    int64_t new_errors; // statuses with an error message that was another or none before
};

// Hands over the hours from from_ms to to_ms (excluded) that are rolled up and have a status, in
// their order.
ERR_CHECKED int health_store_each_hour(struct store_connection *connection, const char *mac,
    const int64_t span_ms[2], int (*each)(const struct health_store_hour *hour, void *ctx),
    void *ctx, struct err *err);

struct health_store_incidents {
    int64_t hour_ms;
    const char *kind; // "reboot", "boot", "will" or "error"; borrowed for the call
    int64_t count;
};

// The same of what happened from from_ms to to_ms (excluded): one call for each hour and kind, in
// the order of the hours.
ERR_CHECKED int health_store_each_incident(struct store_connection *connection, const char *mac,
    const int64_t span_ms[2], int (*each)(const struct health_store_incidents *found, void *ctx),
    void *ctx, struct err *err);

// The newest hour of which any status is rolled up; 0 if there is none. All before it are complete.
ERR_CHECKED int health_store_newest_hour(
    struct store_connection *connection, int64_t *hour_ms, struct err *err);

#endif
