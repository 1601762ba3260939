#ifndef INGEST_WRITE_H
#define INGEST_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/model/device.h"
#include "server/model/event.h"
#include "server/store/store.h"

// What a message changes in the store. Each is a store_job whose ctx is the struct before it.
// stepped_ms is clock_stepped_ms() at at_ms, which moves along if the clock was set until then.

// Packed, since tens of thousands may wait for the database.
struct ingest_write_status {
    char mac[MAC_SIZE];
    int64_t at_ms;
    int64_t stepped_ms;
    unsigned has; // this and the next as in struct device_status
    uint32_t uptime_ms, max_loop_ms, mqtt_ms, free_heap_bytes;
    int32_t rssi_dbm;
    char texts[]; // name, image, build, ip, error, and the JSON as received, each with its NUL
};

// payload: n bytes without a NUL. The caller frees it; NULL without memory.
struct ingest_write_status *ingest_write_status_new(const char *mac, int64_t at_ms,
    const struct device_status *status, const uint8_t *payload, size_t n);
ERR_CHECKED int ingest_write_status(
    struct store_connection *connection, void *ctx, struct err *err);

struct ingest_write_event {
    struct event event;
    int64_t stepped_ms;
};
ERR_CHECKED int ingest_write_event(struct store_connection *connection, void *ctx, struct err *err);

struct ingest_write_notice {
    char mac[MAC_SIZE];
    int64_t at_ms;
    int64_t stepped_ms;
};
ERR_CHECKED int ingest_write_will(struct store_connection *connection, void *ctx, struct err *err);
ERR_CHECKED int ingest_write_bad_payload(
    struct store_connection *connection, void *ctx, struct err *err);

#endif
