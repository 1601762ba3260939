#ifndef ROLLOUT_HEALTH_CONTROL_H
#define ROLLOUT_HEALTH_CONTROL_H

#include <stdint.h>

#include "server/rollout/rollout_health_hour.h"

// What happened meanwhile to devices that are not updated, so that nobody is blamed for what hits
// all: a broker that restarted, an access point that failed. Plain values; zeroed: no such device.

#define ROLLOUT_HEALTH_CONTROL_STEPS 64 // of a histogram of changes, half of them below zero

struct rollout_health_summary;

struct rollout_health_control {
    int64_t first_ms; // of the hours; set before the first device is added
    uint32_t devices;
    bool is_crowd; // of updated devices, as hardly any waits: then half of them are to be hit
    uint32_t of[ROLLOUT_HEALTH_HOURS_MAX]; // devices that the hour is known of
    // In each hour: how many had an incident, the last column how many were silent that hardly are.
    uint32_t hit[ROLLOUT_HEALTH_HOURS_MAX][ROLLOUT_HEALTH_COUNTED + 1];
    uint32_t heap[ROLLOUT_HEALTH_CONTROL_STEPS]; // how many changed by so much
    uint32_t rssi[ROLLOUT_HEALTH_CONTROL_STEPS];
};

// Adds a device that is not updated: its days before, and its hours since then.
void rollout_health_control_add(struct rollout_health_control *control,
    const struct rollout_health_summary *before, const struct rollout_health_series *since);

// Whether an hour hit so many of them (a fifth, of a crowd half, and two unless there is only one)
// that an incident in it says nothing of a single device. kind: a counted measure, or
// ROLLOUT_HEALTH_COUNTED: silence. NULL is allowed: there are none.
bool rollout_health_control_was_hit(
    const struct rollout_health_control *control, int64_t hour_ms, size_t kind);

// By how much their free heap (bytes) and signal (dB) changed, in the middle: 0 or less. What they
// gained is no standard for others.
double rollout_health_control_heap_fall(const struct rollout_health_control *control);
double rollout_health_control_rssi_fall(const struct rollout_health_control *control);

#endif
