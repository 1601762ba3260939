#ifndef INGEST_WRITE_H
#define INGEST_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/ingest/event_history.h"
#include "server/ingest/ingest_topic.h"
#include "server/model/device_fault.h"
#include "server/model/device_record.h"
#include "server/model/event.h"
#include "server/store/store.h"

// What a message changes in the store. Each is a store_job whose ctx is the struct before it.
// stepped_ms is clock_stepped_ms() at at_ms, which moves along if the clock was set until then.

// Packed, since tens of thousands may wait for the database.
struct ingest_write_status {
    char mac[MAC_SIZE];
    int64_t at_ms;
    int64_t stepped_ms;
    struct event_history history;
    bool kept;    // in the history of statuses
    bool partial; // could not be read in full: texts that are missing stay as they are
    unsigned has; // this and the next as in struct device_status
    int64_t uptime_ms, max_loop_ms, mqtt_ms;
    uint32_t free_heap_bytes;
    int32_t rssi_dbm;
    char texts[]; // name, image, build, ip, error, spelling, and the JSON, each with its NUL
};

// json: n bytes of JSON without a NUL, to be kept. The caller frees it; NULL without memory.
struct ingest_write_status *ingest_write_status_new(const struct ingest_topic *from, int64_t at_ms,
    const struct device_status *status, const uint8_t *json, size_t n);
ERR_CHECKED int ingest_write_status(
    struct store_connection *connection, void *ctx, struct err *err);

struct ingest_write_event {
    struct event event; // kind "": only a sign of life
    char spelling[DEVICE_SPELLING_SIZE];
    bool late; // may have waited at the broker: who was offline stays so
    int64_t stepped_ms;
    struct event_history history;
};
ERR_CHECKED int ingest_write_event(struct store_connection *connection, void *ctx, struct err *err);

struct ingest_write_notice {
    char mac[MAC_SIZE];
    int64_t at_ms;
    int64_t stepped_ms;
    struct event_history history;
};
ERR_CHECKED int ingest_write_will(struct store_connection *connection, void *ctx, struct err *err);

// Of a device that is known.
struct ingest_write_fault {
    char mac[MAC_SIZE];
    int64_t stepped_ms; // at fault.at_ms
    struct device_fault fault;
};
ERR_CHECKED int ingest_write_fault(struct store_connection *connection, void *ctx, struct err *err);

#endif
