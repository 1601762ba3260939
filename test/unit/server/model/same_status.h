#ifndef TEST_SERVER_MODEL_SAME_STATUS_H
#define TEST_SERVER_MODEL_SAME_STATUS_H

#include <stdbool.h>
#include <string.h>

#include "server/model/device_record.h"

// Whether two statuses are the same, member by member: between them is room that means nothing.
static inline bool same_status(const struct device_status *a, const struct device_status *b)
{
    return a->has == b->has && a->uptime_ms == b->uptime_ms && a->max_loop_ms == b->max_loop_ms &&
           a->mqtt_ms == b->mqtt_ms && a->rssi_dbm == b->rssi_dbm &&
           a->free_heap_bytes == b->free_heap_bytes && strcmp(a->name, b->name) == 0 &&
           strcmp(a->image, b->image) == 0 && strcmp(a->build, b->build) == 0 &&
           strcmp(a->ip, b->ip) == 0 && strcmp(a->error, b->error) == 0;
}

#endif
