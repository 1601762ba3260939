#ifndef ROLLOUT_HEALTH_HOUR_H
#define ROLLOUT_HEALTH_HOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What is known of a device, by the hour.

#define ROLLOUT_HEALTH_HOUR_MS 3600000
#define ROLLOUT_HEALTH_HOURS_MAX ((size_t)336) // of a series at most

// What may be wrong with a device.
enum rollout_health_measure {
    ROLLOUT_HEALTH_RESTARTS,
    ROLLOUT_HEALTH_WILLS, // its connection was lost
    ROLLOUT_HEALTH_ERRORS,
    ROLLOUT_HEALTH_HEAP,
    ROLLOUT_HEALTH_RSSI,
    ROLLOUT_HEALTH_LOOP, // its longest loop (maxmillis)
    ROLLOUT_HEALTH_SILENCE,
    ROLLOUT_HEALTH_MEASURES
};

// Those that are counted come first.
#define ROLLOUT_HEALTH_COUNTED ((size_t)3)

enum rollout_health_has {
    ROLLOUT_HEALTH_HAS_HEAP = 1,
    ROLLOUT_HEALTH_HAS_RSSI = 2,
    ROLLOUT_HEALTH_HAS_LOOP = 4,
};

struct rollout_health_hour {
    uint32_t statuses; // 0: it was silent
    uint32_t counts[ROLLOUT_HEALTH_COUNTED];
    unsigned has; // enum rollout_health_has: the members that its statuses bore
    uint32_t free_heap_min_bytes;
    uint32_t max_loop_ms; // the largest
    float rssi_dbm;       // the mean
};

// One entry for each hour, from first_ms on (a whole hour of Unix time) without a gap. Borrowed.
struct rollout_health_series {
    int64_t first_ms;
    size_t count;
    size_t open; // so many of the last hours are not over, or not known in full
    const struct rollout_health_hour *hours;
};

#endif
