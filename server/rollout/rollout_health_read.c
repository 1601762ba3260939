// A device's hours out of the store.
#include "server/rollout/rollout_health_read.h"

#include <string.h>

#include "common/contract.h"
#include "server/model/device_record.h"
#include "server/model/event_kind.h"
#include "server/store/health_store.h"

struct filling {
    int64_t first_ms;
    size_t count;
    struct rollout_health_hour *hours;
    int64_t whole_ms; // hours from then on are within the span as a whole
};

// NULL if it is none of them.
static struct rollout_health_hour *hour_at(const struct filling *filling, int64_t hour_ms)
{
    int64_t at = (hour_ms - filling->first_ms) / ROLLOUT_HEALTH_HOUR_MS;

    if (hour_ms < filling->first_ms || at >= (int64_t)filling->count)
        return NULL;
    return &filling->hours[at];
}

static unsigned has_of(unsigned members)
{
    return ((members & DEVICE_HAS_FREE_HEAP) != 0 ? ROLLOUT_HEALTH_HAS_HEAP : 0u) |
           ((members & DEVICE_HAS_RSSI) != 0 ? ROLLOUT_HEALTH_HAS_RSSI : 0u) |
           ((members & DEVICE_HAS_MAX_LOOP) != 0 ? ROLLOUT_HEALTH_HAS_LOOP : 0u);
}

static int take_hour(const struct health_store_hour *found, void *ctx)
{
    const struct filling *filling = ctx;
    struct rollout_health_hour *hour = hour_at(filling, found->hour_ms);

    if (hour == NULL)
        return 0;
    if (found->hour_ms >= filling->whole_ms &&
        hour->counts[ROLLOUT_HEALTH_ERRORS] < found->new_errors)
        hour->counts[ROLLOUT_HEALTH_ERRORS] = (uint32_t)found->new_errors;
    hour->statuses = (uint32_t)found->statuses;
    hour->has = has_of(found->has);
    hour->free_heap_min_bytes = found->free_heap_min_bytes;
    hour->max_loop_ms = found->max_loop_max_ms;
    hour->rssi_dbm = (float)found->rssi_avg_dbm;
    return 0;
}

// Our firmware tells a start, which its uptime shows as well, and an error, which its statuses may
// show: the more count.
static int take_incidents(const struct health_store_incidents *found, void *ctx)
{
    static const struct {
        const char *kind;
        enum rollout_health_measure measure;
    } kinds[] = {
        {CONTRACT_EVENT_KIND_BOOT, ROLLOUT_HEALTH_RESTARTS},
        {EVENT_KIND_REBOOT, ROLLOUT_HEALTH_RESTARTS},
        {EVENT_KIND_WILL, ROLLOUT_HEALTH_WILLS},
        {CONTRACT_EVENT_KIND_ERROR, ROLLOUT_HEALTH_ERRORS},
    };
    struct rollout_health_hour *hour = hour_at(ctx, found->hour_ms);

    for (size_t i = 0; hour != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        uint32_t *count = &hour->counts[kinds[i].measure];

        if (strcmp(kinds[i].kind, found->kind) == 0 && (int64_t)*count < found->count)
            *count = (uint32_t)found->count;
    }
    return 0;
}

static int64_t start_of_hour(int64_t at_ms)
{
    return at_ms - at_ms % ROLLOUT_HEALTH_HOUR_MS;
}

static size_t hours_between(int64_t first_ms, int64_t last_ms)
{
    return last_ms < first_ms ? 0 : (size_t)((last_ms - first_ms) / ROLLOUT_HEALTH_HOUR_MS) + 1;
}

int rollout_health_read_hours(struct store_connection *connection, const char *mac,
    const struct rollout_health_read_span *span,
    struct rollout_health_hour hours[ROLLOUT_HEALTH_HOURS_MAX], struct rollout_health_series *out,
    struct err *err)
{
    int64_t last_ms = start_of_hour(span->to_ms - 1);
    struct filling filling = {
        .first_ms = start_of_hour(span->from_ms), .hours = hours, .whole_ms = span->from_ms};
    int64_t span_ms[2] = {span->from_ms, span->to_ms};

    filling.count = hours_between(filling.first_ms, last_ms);
    if (filling.count > ROLLOUT_HEALTH_HOURS_MAX) {
        filling.count = ROLLOUT_HEALTH_HOURS_MAX;
        filling.first_ms =
            last_ms - (int64_t)(ROLLOUT_HEALTH_HOURS_MAX - 1) * ROLLOUT_HEALTH_HOUR_MS;
        span_ms[0] = filling.first_ms;
    }
    memset(hours, 0, filling.count * sizeof *hours);

    int rc = health_store_each_incident(connection, mac, span_ms, take_incidents, &filling, err);

    span_ms[0] = filling.first_ms;
    if (rc == 0)
        rc = health_store_each_hour(connection, mac, span_ms, take_hour, &filling, err);
    if (rc < 0)
        return rc;
    if (span->is_since && filling.count > 0 && filling.first_ms <= span->from_ms)
        hours[0].has = 0;
    *out = (struct rollout_health_series){.first_ms = filling.first_ms,
        .count = filling.count,
        .open = hours_between(span->known_ms, last_ms),
        .hours = hours};
    return 0;
}
