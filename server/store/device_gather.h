#ifndef DEVICE_GATHER_H
#define DEVICE_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/device_record.h"

// Device rows in memory while the writer runs a batch: a device that reports several times in it is
// read and written once. A bounded number of them. Of the writer's thread alone.
struct device_gather;

struct device_gather_row {
    int64_t key; // mac_key.h
    struct device_record device;
    char *status_json; // NULL: as stored
    bool changed;      // differs from the database
};

// NULL without memory: rows are then read and written one by one.
struct device_gather *device_gather_new(void);
void device_gather_free(struct device_gather *gather);

// The row, or NULL. Valid until it is cleared.
struct device_gather_row *device_gather_find(struct device_gather *gather, int64_t key);

// Adds a row that is not there, unchanged; NULL if there is no place.
struct device_gather_row *device_gather_add(
    struct device_gather *gather, int64_t key, const struct device_record *device);

// The i-th row that was added; NULL after the last.
struct device_gather_row *device_gather_at(struct device_gather *gather, size_t i);

// Forgets all rows.
void device_gather_clear(struct device_gather *gather);

#endif
