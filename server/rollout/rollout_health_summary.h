#ifndef ROLLOUT_HEALTH_SUMMARY_H
#define ROLLOUT_HEALTH_SUMMARY_H

#include "server/rollout/rollout_health_control.h"
#include "server/rollout/rollout_health_hour.h"
#include "server/rollout/rollout_statistic.h"

// What a device's hours come to. Plain values: those of its days before need reading once.

#define ROLLOUT_HEALTH_BLOCK_HOURS 4 // in which one incident or many count once
#define ROLLOUT_HEALTH_BURST_HOURS 2

struct rollout_health_gauge {
    size_t count;          // of hours that bore it
    double median, spread; // as of rollout_statistic.h
    double low, high;
    double low_run; // the least that it did not exceed in three hours in a row; of fewer: in all
};

struct rollout_health_summary {
    size_t hours;           // that are over
    size_t heard;           // of these
    size_t silent_with_all; // of these: it was silent, and so was the control group
    // Of stretches of ROLLOUT_HEALTH_BLOCK_HOURS in which it was there, those with an incident.
    struct rollout_statistic_share blocks[ROLLOUT_HEALTH_COUNTED];
    uint32_t burst[ROLLOUT_HEALTH_COUNTED]; // the most in ROLLOUT_HEALTH_BURST_HOURS
    struct rollout_health_gauge heap, rssi, loop;
    size_t longest_silence_hours;
    size_t silence_hours;     // up to now
    double statuses_per_hour; // of those heard
};

// Reads a series. What an hour brought that hit the control group as well is left out.
void rollout_health_summary_read(const struct rollout_health_series *series,
    const struct rollout_health_control *control, struct rollout_health_summary *out);

#endif
