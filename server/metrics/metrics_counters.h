#ifndef METRICS_COUNTERS_H
#define METRICS_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "server/metrics/metrics_text.h"

// The daemon's own counters, as `secureesp status` names them, as metrics: families of their own,
// those of one kind together with a label.

#define METRICS_COUNTERS_MAX 128
#define METRICS_COUNTERS_UNKNOWN_MAX 16

// Values gathered in any order. Begins as {0}.
struct metrics_counters {
    uint64_t values[METRICS_COUNTERS_MAX];
    bool has[METRICS_COUNTERS_MAX];
    struct {
        const char *name;
        uint64_t value;
    } unknown[METRICS_COUNTERS_UNKNOWN_MAX]; // those that the table lacks
    size_t unknown_count;
};

// For the daemon's counters_each(): ctx is a struct metrics_counters, name static text.
void metrics_counters_add(const char *name, uint64_t value, void *ctx);

// Writes those that were gathered. What the table lacks is secureesp_other_total by its name.
void metrics_counters_write(const struct metrics_counters *counters, struct metrics_text *text);

#endif
