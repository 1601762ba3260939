// The modules' counters under one roof.
#include "server/daemon/counters.h"

// What devices say too much of.
static void add_left_out(const struct meter_counters *meter,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx)
{
    static const char *const names[LEFT_OUT_REASON_COUNT] = {
        [LEFT_OUT_MESSAGES] = "left_out_messages",
        [LEFT_OUT_WAITING] = "left_out_waiting",
        [LEFT_OUT_STATUSES] = "left_out_statuses",
        [LEFT_OUT_EVENTS] = "left_out_events",
        [LEFT_OUT_FAULTS] = "left_out_faults",
    };

    for (size_t i = 0; i < LEFT_OUT_REASON_COUNT; i++)
        add(names[i], meter->left_out[i], ctx);
    add("left_out_low_disk", meter->low_disk, ctx);
    add("left_out_new_devices", meter->strangers, ctx);
}

static void add_store(const struct store_counters *written,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx)
{
    add("store_jobs", written->jobs, ctx);
    add("store_batches", written->batches, ctx);
    add("store_failed", written->failed, ctx);
    add("store_retried", written->retried, ctx);
    add("store_dropped", written->dropped, ctx);
    add("store_crowded", written->crowded, ctx);
    add("store_queued", written->queued, ctx);
}

static void add_downloads(const struct http_server_counters *served,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx)
{
    add("download_connections", served->connections, ctx);
    add("download_open", served->open, ctx);
    add("download_waiting", served->waiting, ctx);
    add("download_refused_connections", served->refused_connections, ctx);
    add("download_full", served->full, ctx);
    add("download_requests", served->requests, ctx);
    add("download_bad_requests", served->bad_requests, ctx);
    add("download_refused", served->refused_handshakes, ctx);
    add("download_refused_no_certificate", served->no_certificate, ctx);
    add("download_refused_expired", served->expired, ctx);
    add("download_refused_other_ca", served->untrusted, ctx);
    add("download_refused_revoked", served->revoked, ctx);
    add("download_refused_crowded", served->crowded, ctx);
    add("download_refused_by_client", served->distrusted, ctx);
    add("download_bad_handshakes", served->bad_handshakes, ctx);
    add("download_broken_handshakes", served->broken_handshakes, ctx);
    add("download_resumed", served->resumed, ctx);
    add("download_timed_out", served->timed_out, ctx);
    add("download_slow", served->slow, ctx);
    add("download_replaced", served->replaced, ctx);
    add("download_made_room", served->left, ctx);
}

// Of the operators' HTTPS, if there is one.
static void add_operators(const struct counters_sources *sources,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx)
{
    struct http_server_counters served;

    if (sources->operator_server == NULL || sources->operators == NULL)
        return;
    http_server_read_counters(sources->operator_server, &served);
    add("operator_connections", served.connections, ctx);
    add("operator_open", served.open, ctx);
    add("operator_refused_connections", served.refused_connections, ctx);
    add("operator_full", served.full, ctx);
    add("operator_requests", served.requests, ctx);
    add("operator_bad_requests", served.bad_requests, ctx);
    add("operator_refused", served.refused_handshakes, ctx);
    add("operator_bad_handshakes", served.bad_handshakes, ctx);
    operator_desk_each_counter(sources->operators, add, ctx);
}

void counters_each(const struct counters_sources *sources,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx)
{
    struct ingest_counters said;
    struct http_server_counters served;
    struct http_server_counters operated;
    struct store_counters written;

    ingest_read_counters(sources->ingest, &said);
    http_server_read_counters(sources->download_server, &served);
    http_server_read_counters(sources->api_server, &operated);
    store_read_counters(sources->store, &written);
    add("statuses", said.statuses, ctx);
    add("events", said.events, ctx);
    add("wills", said.wills, ctx);
    add("retained", said.retained, ctx);
    add("odd_topics", said.odd_topics, ctx);
    add("bad_topics", said.bad_topics, ctx);
    add("bad_payloads", said.bad_payloads, ctx);
    add("lost_payloads", said.lost, ctx);
    add("revoked_messages", said.shut_out, ctx);
    add_left_out(&said.meter, add, ctx);
    add("broker_reports", said.reports, ctx);
    add("broker_dropped_messages", said.reported_messages, ctx);
    add("broker_dropped_bytes", said.reported_bytes, ctx);
    add_downloads(&served, add, ctx);
    add("api_full", operated.full, ctx);
    add_operators(sources, add, ctx);
    add("download_received", served.received, ctx);
    add("download_unreceived", served.unreceived, ctx);
    add("download_in_doubt", served.in_doubt, ctx);
    add("download_given_up", served.given_up, ctx);
    download_each_counter(sources->download, add, ctx);
    enrol_link_each_counter(sources->enrolment, add, ctx);
    broker_state_each_counter(sources->broker, add, ctx);
    command_dispatch_each_counter(sources->dispatch, add, ctx);
    webhook_drive_each_counter(sources->webhooks, add, ctx);
    add_store(&written, add, ctx);
    add("reloads_refused", sources->reloads_kept->total, ctx);
    add("clock_steps", sources->clock_steps->total, ctx);
}
