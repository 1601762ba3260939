#ifndef LIMIT_WRITE_H
#define LIMIT_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/ingest/event_history.h"
#include "server/model/broker_limit.h"
#include "server/model/left_out.h"
#include "server/store/store.h"

// What is written of devices that say too much. Each is a store_job whose ctx is the struct before
// it, as in ingest_write.h. Of a device that is not known nothing is.

struct limit_write_left_out {
    struct left_out out;
    int64_t stepped_ms;
};
ERR_CHECKED int limit_write_left_out(
    struct store_connection *connection, void *ctx, struct err *err);

struct limit_write_report {
    char mac[MAC_SIZE];
    struct broker_limit limit; // at_ms is set
    int64_t stepped_ms;
    bool told; // as an event, too
    struct event_history history;
};
ERR_CHECKED int limit_write_report(struct store_connection *connection, void *ctx, struct err *err);

#endif
