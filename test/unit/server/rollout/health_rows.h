#ifndef TEST_HEALTH_ROWS_H
#define TEST_HEALTH_ROWS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "server/rollout/rollout_health.h"

#define BEFORE 168
#define UPDATE_MS (INT64_C(490000) * ROLLOUT_HEALTH_HOUR_MS)

// A device's hours, of which a test changes some.
struct health_rows {
    struct rollout_health_hour before[BEFORE], since[ROLLOUT_HEALTH_HOURS_MAX];
    size_t before_count, since_count, devices;
    size_t open;
    const struct rollout_health_control *control;
};

// Free heap 20,000 to 20,990, signal -60 dBm, longest loop 100 ms; never an incident.
static inline void health_rows_init(struct health_rows *rows, size_t since_count)
{
    memset(rows, 0, sizeof *rows);
    rows->before_count = BEFORE;
    rows->since_count = since_count;
    rows->devices = 1;
    for (size_t i = 0; i < BEFORE + ROLLOUT_HEALTH_HOURS_MAX; i++) {
        struct rollout_health_hour *hour = i < BEFORE ? &rows->before[i] : &rows->since[i - BEFORE];

        hour->statuses = 60;
        hour->has = ROLLOUT_HEALTH_HAS_HEAP | ROLLOUT_HEALTH_HAS_RSSI | ROLLOUT_HEALTH_HAS_LOOP;
        hour->free_heap_min_bytes = 20000 + (uint32_t)(i * 7 % 100) * 10;
        hour->rssi_dbm = -60;
        hour->max_loop_ms = 100;
    }
}

static inline struct rollout_health_series health_rows_since(const struct health_rows *rows)
{
    return (struct rollout_health_series){.first_ms = UPDATE_MS,
        .count = rows->since_count,
        .open = rows->open,
        .hours = rows->since};
}

static inline void health_rows_read_before(
    const struct health_rows *rows, struct rollout_health_summary *out)
{
    struct rollout_health_series days = {
        .first_ms = UPDATE_MS - (int64_t)rows->before_count * ROLLOUT_HEALTH_HOUR_MS,
        .count = rows->before_count,
        .hours = rows->before};

    rollout_health_summary_read(&days, NULL, out);
}

static inline struct rollout_health_verdict health_rows_judge(const struct health_rows *rows)
{
    struct rollout_health_summary before;
    struct rollout_health_series since = health_rows_since(rows);
    struct rollout_health_verdict verdict;

    health_rows_read_before(rows, &before);
    rollout_health_judge(&before, &since, rows->control, rows->devices, &verdict);
    return verdict;
}

#endif
