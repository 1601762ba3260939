#ifndef ROLLOUT_HEALTH_TREND_H
#define ROLLOUT_HEALTH_TREND_H

#include "server/rollout/rollout_health_hour.h"
#include "server/rollout/rollout_statistic.h"

// Whether a device's free heap falls without an end, once it has settled after the update.

#define ROLLOUT_HEALTH_TREND_SETTLE_HOURS 4
#define ROLLOUT_HEALTH_TREND_HOURS_MIN 8

struct rollout_health_trend {
    bool is_known;         // there were enough hours
    double first, last;    // the medians of the first and of the last third, in bytes
    bool goes_on;          // the later half falls as well, by half as much or more
    double fall_each_hour; // bytes
    double hours_left;     // until nothing is free, if it goes on so
    size_t count;
    double values[ROLLOUT_STATISTIC_FALLS_MAX];
};

// Of the newest hours that are over and bore it, at most ROLLOUT_STATISTIC_FALLS_MAX.
void rollout_health_trend_read(
    const struct rollout_health_series *since, struct rollout_health_trend *out);

// The chance that they fall so much if their order is random (rollout_statistic_falls): to be asked
// last, as it takes long.
double rollout_health_trend_chance(const struct rollout_health_trend *trend);

#endif
