#ifndef ROLLOUT_HEALTH_READ_H
#define ROLLOUT_HEALTH_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "server/rollout/rollout_health_hour.h"
#include "server/store/store.h"

// A device's hours out of the store. For readers: a device costs two looks into its own rows. For
// thousands, take a connection for some hundred at a time, never the writer's.

#define ROLLOUT_HEALTH_READ_BEFORE_HOURS 168

struct rollout_health_read_span {
    int64_t from_ms;  // nothing that happened before counts
    int64_t to_ms;    // nor from here on; its hour is the last one
    int64_t known_ms; // the newest hour that is rolled up (health_store_newest_hour())
    bool is_since;    // from an update on: the first hour's gauges are of both images, and left out
};

// The hours of a span, at most the newest ROLLOUT_HEALTH_HOURS_MAX; *out borrows them. Those from
// known_ms on count as open: what they bring already is there, silence in them means nothing.
ERR_CHECKED int rollout_health_read_hours(struct store_connection *connection, const char *mac,
    const struct rollout_health_read_span *span,
    struct rollout_health_hour hours[ROLLOUT_HEALTH_HOURS_MAX], struct rollout_health_series *out,
    struct err *err);

#endif
