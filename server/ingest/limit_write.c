// What is written of devices that say too much.
#include "server/ingest/limit_write.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/model/event_kind.h"
#include "server/store/broker_limit_store.h"
#include "server/store/left_out_store.h"

int limit_write_left_out(struct store_connection *connection, void *ctx, struct err *err)
{
    struct limit_write_left_out *change = ctx;
    int64_t lasted_ms = change->out.at_ms - change->out.since_ms;

    clock_follow(&change->out.at_ms, &change->stepped_ms);
    change->out.since_ms = change->out.at_ms - lasted_ms;

    int rc = left_out_store_add(connection, &change->out, err);

    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static void describe(const struct broker_limit *limit, char *out, size_t size)
{
    int n = snprintf(out, size,
        "the broker dropped %lld messages, %lld bytes, %lld subscriptions, %lld connections",
        (long long)limit->messages, (long long)limit->bytes, (long long)limit->subscriptions,
        (long long)limit->connections);

    if (limit->disconnected_s > 0 && n > 0 && (size_t)n < size)
        snprintf(
            out + n, size - (size_t)n, "; shut out for %lld s", (long long)limit->disconnected_s);
}

int limit_write_report(struct store_connection *connection, void *ctx, struct err *err)
{
    struct limit_write_report *change = ctx;
    struct event event = {.kind = EVENT_KIND_LIMITED};

    clock_follow(&change->limit.at_ms, &change->stepped_ms);

    int rc = broker_limit_store_add(connection, change->mac, &change->limit, err);

    if (rc < 0 || !change->told)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    memcpy(event.mac, change->mac, sizeof event.mac);
    event.at_ms = change->limit.at_ms;
    snprintf(event.result, sizeof event.result, "%s", change->limit.reason);
    describe(&change->limit, event.detail, sizeof event.detail);
    return event_history_add(connection, &change->history, &event, false, err);
}
