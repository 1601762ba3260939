// Whether the free heap falls.
#include "server/rollout/rollout_health_trend.h"

#include <string.h>

static double median_of(const double *values, size_t n)
{
    double copy[ROLLOUT_STATISTIC_FALLS_MAX];

    memcpy(copy, values, n * sizeof *values);
    return rollout_statistic_median(copy, n);
}

static size_t collect(
    const struct rollout_health_series *since, double values[ROLLOUT_STATISTIC_FALLS_MAX])
{
    size_t end = since->count - (since->open < since->count ? since->open : since->count);
    size_t n = 0;

    for (size_t i = end; i-- > ROLLOUT_HEALTH_TREND_SETTLE_HOURS;) {
        if (n < ROLLOUT_STATISTIC_FALLS_MAX && (since->hours[i].has & ROLLOUT_HEALTH_HAS_HEAP) != 0)
            values[ROLLOUT_STATISTIC_FALLS_MAX - ++n] = since->hours[i].free_heap_min_bytes;
    }
    return n;
}

void rollout_health_trend_read(
    const struct rollout_health_series *since, struct rollout_health_trend *out)
{
    double values[ROLLOUT_STATISTIC_FALLS_MAX];
    size_t n = collect(since, values);
    const double *first = values + ROLLOUT_STATISTIC_FALLS_MAX - n;
    size_t third = n / 3;

    memset(out, 0, sizeof *out);
    if (n < ROLLOUT_HEALTH_TREND_HOURS_MIN)
        return;

    double middle = median_of(first + third, third);

    out->is_known = true;
    out->count = n;
    memcpy(out->values, first, n * sizeof *first);
    out->first = median_of(first, third);
    out->last = median_of(first + n - third, third);
    out->goes_on = out->last < out->first && middle - out->last >= (out->first - middle) / 2;
    out->fall_each_hour = (out->first - out->last) / (double)(n - third);
    if (out->last >= out->first)
        return;
    out->hours_left = out->last / out->fall_each_hour;
}

double rollout_health_trend_chance(const struct rollout_health_trend *trend)
{
    return rollout_statistic_falls(trend->values, trend->count);
}
