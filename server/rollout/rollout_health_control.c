// What happened to devices that are not updated.
#include "server/rollout/rollout_health_control.h"

#include <math.h>

#include "server/rollout/rollout_health_summary.h"

#define HIT_PART 5 // a fifth
#define CROWD_PART 2
#define HEAP_STEP_BYTES 256
#define RSSI_STEP_DB 1
#define ALWAYS_HEARD 0.9

static size_t step_of(double change, double step)
{
    double place = floor(change / step) + ROLLOUT_HEALTH_CONTROL_STEPS / 2.0;

    if (place < 0)
        return 0;
    return place < ROLLOUT_HEALTH_CONTROL_STEPS ? (size_t)place : ROLLOUT_HEALTH_CONTROL_STEPS - 1;
}

static void add_hours(struct rollout_health_control *control,
    const struct rollout_health_summary *before, const struct rollout_health_series *since)
{
    size_t whole = since->count - (since->open < since->count ? since->open : since->count);
    bool is_talker =
        before->hours > 0 && (double)before->heard >= ALWAYS_HEARD * (double)before->hours;

    for (size_t i = 0; i < since->count; i++) {
        const struct rollout_health_hour *hour = &since->hours[i];
        int64_t at = (since->first_ms - control->first_ms) / ROLLOUT_HEALTH_HOUR_MS + (int64_t)i;

        if (at < 0 || at >= (int64_t)ROLLOUT_HEALTH_HOURS_MAX)
            continue;
        control->of[at]++;
        for (size_t kind = 0; kind < ROLLOUT_HEALTH_COUNTED; kind++)
            control->hit[at][kind] += hour->counts[kind] > 0;
        control->hit[at][ROLLOUT_HEALTH_COUNTED] += is_talker && i < whole && hour->statuses == 0;
    }
}

void rollout_health_control_add(struct rollout_health_control *control,
    const struct rollout_health_summary *before, const struct rollout_health_series *since)
{
    struct rollout_health_summary now;

    control->devices++;
    add_hours(control, before, since);
    rollout_health_summary_read(since, NULL, &now);
    if (before->heap.count > 0 && now.heap.count > 0)
        control->heap[step_of(now.heap.median - before->heap.median, HEAP_STEP_BYTES)]++;
    if (before->rssi.count > 0 && now.rssi.count > 0)
        control->rssi[step_of(now.rssi.median - before->rssi.median, RSSI_STEP_DB)]++;
}

bool rollout_health_control_was_hit(
    const struct rollout_health_control *control, int64_t hour_ms, size_t kind)
{
    if (control == NULL || hour_ms < control->first_ms)
        return false;

    int64_t at = (hour_ms - control->first_ms) / ROLLOUT_HEALTH_HOUR_MS;

    if (at >= (int64_t)ROLLOUT_HEALTH_HOURS_MAX)
        return false;

    uint32_t hit = control->hit[at][kind];

    uint32_t part = control->is_crowd ? CROWD_PART : HIT_PART;

    return hit * (uint64_t)part >= control->of[at] && hit >= (control->of[at] > 1 ? 2 : 1);
}

static double middle_fall(const uint32_t steps[ROLLOUT_HEALTH_CONTROL_STEPS], double step)
{
    uint64_t all = 0;
    uint64_t sum = 0;
    size_t at = 0;

    for (size_t i = 0; i < ROLLOUT_HEALTH_CONTROL_STEPS; i++)
        all += steps[i];
    while (at < ROLLOUT_HEALTH_CONTROL_STEPS && 2 * (sum + steps[at]) < all)
        sum += steps[at++];
    if (all == 0 || at >= ROLLOUT_HEALTH_CONTROL_STEPS / 2)
        return 0;
    return ((double)at + 1 - ROLLOUT_HEALTH_CONTROL_STEPS / 2.0) * step; // the step's upper edge
}

double rollout_health_control_heap_fall(const struct rollout_health_control *control)
{
    return control == NULL ? 0 : middle_fall(control->heap, HEAP_STEP_BYTES);
}

double rollout_health_control_rssi_fall(const struct rollout_health_control *control)
{
    return control == NULL ? 0 : middle_fall(control->rssi, RSSI_STEP_DB);
}
