#ifndef METER_TABLE_H
#define METER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/rate.h"
#include "server/ingest/meter.h"

// The devices of a meter. Its owner locks.

// What was left out of a device and is not told yet.
struct meter_left_out {
    struct meter_left_out *next; // of those that are to be told
    int64_t key;
    int64_t told_at_ms; // monotonic; 0: never
    bool is_listed;
    struct {
        int64_t count, since_ms, at_ms;
    } reasons[LEFT_OUT_REASON_COUNT];
};

struct meter_device {
    int64_t key;
    struct rate_use use[METER_KIND_COUNT];
    uint8_t kept[METER_KIND_COUNT];  // modulo 64
    struct meter_left_out *left_out; // NULL: nothing yet
};

struct meter_table {
    struct meter_device **slots;
    size_t size; // of slots; a power of 2
    size_t count;
};

void meter_table_clear(struct meter_table *table);

struct meter_device *meter_table_find(const struct meter_table *table, int64_t key);

// Adds a device that is not there. NULL without memory.
struct meter_device *meter_table_add(struct meter_table *table, int64_t key);

#endif
