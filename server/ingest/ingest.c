// Messages from devices: decoded on the caller's thread, put into effect on the store's.
#include "server/ingest/ingest.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/ingest/broker_report.h"
#include "server/ingest/download_write.h"
#include "server/ingest/event_decode.h"
#include "server/ingest/ingest_limits.h"
#include "server/ingest/ingest_lines.h"
#include "server/ingest/ingest_post.h"
#include "server/ingest/ingest_topic.h"
#include "server/ingest/ingest_write.h"
#include "server/ingest/meter.h"
#include "server/ingest/payload_keep.h"
#include "server/ingest/payload_scan.h"
#include "server/ingest/status_decode.h"
#include "server/store/device_store.h"
#include "server/store/mac_key.h"

#define BACKLOG_MS 10000 // so long after a connection came, events may be old

struct ingest {
    _Atomic int64_t fresh_from_ms; // monotonic
    struct meter *meter;
    struct ingest_post post;
    struct ingest_lines lines;
    struct ingest_limits limits;
    bool (*is_shut_out)(const char *mac, void *ctx); // or NULL
    void *gate_ctx;
    _Atomic uint64_t shut_out;
    _Atomic uint64_t statuses, events, wills, retained, odd_topics, bad_topics, bad_payloads;
};

// What came, from whom.
struct message {
    struct ingest_topic topic;
    int64_t key, now_ms; // of topic.mac; monotonic
    const uint8_t *payload;
    size_t n;
};

static const char *const subscriptions[] = {
    "/status/+",
    "/event/+",
    "/will/+",
    "/will/+/will",
    NULL,
};

static int know(const char *mac, void *ctx)
{
    int64_t key;

    return mac_key_from_text(mac, &key) ? meter_know(ctx, key) : 0;
}

// Devices that are known need no place among those that are new.
static int know_devices(struct ingest *ingest, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(ingest->post.store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_each_mac(connection, know, ingest->meter, err);
    store_read_end(ingest->post.store, connection);
    return rc == ERR_NO_MEMORY ? err_set(err, rc, "no memory for ingest") : rc;
}

int ingest_new(struct store *store, struct ingest **out, struct err *err)
{
    struct ingest *ingest = calloc(1, sizeof *ingest);

    if (ingest == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for ingest");
    ingest->meter = meter_new();
    ingest->post = (struct ingest_post){.store = store, .meter = ingest->meter};
    ingest->limits.post = &ingest->post;
    ingest->limits.lines = &ingest->lines;

    int rc = ingest_lines_init(&ingest->lines);

    if (rc < 0 || ingest->meter == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for ingest");
    else
        rc = know_devices(ingest, err);
    if (rc < 0) {
        ingest_free(ingest);
        return rc;
    }
    *out = ingest;
    return 0;
}

void ingest_free(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    ingest_lines_clear(&ingest->lines);
    meter_free(ingest->meter);
    free(ingest);
}

void ingest_set_gate(
    struct ingest *ingest, bool (*is_shut_out)(const char *mac, void *ctx), void *ctx)
{
    ingest->is_shut_out = is_shut_out;
    ingest->gate_ctx = ctx;
}

void ingest_set_statuses_per_minute(struct ingest *ingest, int64_t statuses)
{
    meter_set_statuses_per_minute(ingest->meter, statuses);
}

void ingest_set_low_disk(struct ingest *ingest, bool low)
{
    meter_set_low_disk(ingest->meter, low);
}

const char *const *ingest_subscriptions(void)
{
    return subscriptions;
}

// Now, with the steps of the clock so far: as clock_follow() needs it, since a change waits.
static int64_t read_clock(int64_t *stepped_ms)
{
    *stepped_ms = clock_stepped_ms();
    return *stepped_ms + clock_unstepped_ms();
}

static const char *topic_name(enum topic_kind kind)
{
    return kind == TOPIC_STATUS ? "status" : kind == TOPIC_EVENT ? "event" : "will";
}

static void post_fault(struct ingest *ingest, const struct message *message,
    const struct payload_faults *faults, const struct device_fault *fault)
{
    struct ingest_write_fault *change = calloc(1, sizeof *change);

    if (change != NULL) {
        memcpy(change->mac, message->topic.mac, MAC_SIZE);
        change->fault = *fault;
        change->fault.more = (int64_t)faults->count - 1;
        change->fault.at_ms = read_clock(&change->stepped_ms);
    }
    ingest_post_change(&ingest->post, message->key, ingest_write_fault, change);
}

// Tells of what could not be read: at the device, and in the log.
static void take_faults(
    struct ingest *ingest, const struct message *message, const struct payload_faults *faults)
{
    const char *mac = message->topic.mac;
    struct device_fault fault = {.position = (int64_t)faults->items[0].position};

    if (faults->count == 0)
        return;
    ingest->bad_payloads++;
    snprintf(fault.topic, sizeof fault.topic, "%s", topic_name(message->topic.kind));
    snprintf(fault.reason, sizeof fault.reason, "%s", payload_fault_text(faults->items[0].kind));
    payload_fault_excerpt(message->payload, message->n, faults->items[0].position, fault.excerpt);
    if (ingest_lines_is_due(&ingest->lines, "payload", mac))
        log_warning("ingest",
            "bad payload mac=%s topic=%s reason=\"%s\" byte=%lld near='%s': the rest of it is "
            "used; fix what the device sends ('secureesp devices show %s' shows the last fault)",
            mac, fault.topic, fault.reason, (long long)fault.position, fault.excerpt, mac);
    if (meter_keep(ingest->meter, message->key, METER_FAULTS, message->now_ms))
        post_fault(ingest, message, faults, &fault);
}

static void take_status(struct ingest *ingest, const struct message *message)
{
    struct device_status status;
    struct payload_faults faults = {0};
    char kept[PAYLOAD_KEEP_SIZE];
    const uint8_t *json = message->payload;
    size_t n = message->n;

    ingest->statuses++;
    status_decode(message->payload, message->n, &status, &faults);
    if (faults.count > 0) {
        n = payload_keep_write(message->payload, message->n, kept);
        json = (const uint8_t *)kept;
    }

    int64_t stepped_ms;
    int64_t now_ms = read_clock(&stepped_ms);
    struct ingest_write_status *change =
        ingest_write_status_new(&message->topic, now_ms, &status, json, n);

    if (change != NULL) {
        change->stepped_ms = stepped_ms;
        change->partial = faults.count > 0;
        change->kept = meter_keep(ingest->meter, message->key, METER_STATUSES, message->now_ms);
        change->history.meter = ingest->meter;
    }
    ingest_post_change(&ingest->post, message->key, ingest_write_status, change);
    take_faults(ingest, message, &faults);
}

void ingest_note_connection(struct ingest *ingest, bool connected)
{
    ingest->fresh_from_ms = connected ? clock_monotonic_ms() + BACKLOG_MS : INT64_MAX;
}

static void take_event(struct ingest *ingest, const struct message *message)
{
    struct ingest_write_event *change = calloc(1, sizeof *change);
    struct payload_faults faults = {0};

    ingest->events++;
    if (change != NULL) {
        event_decode(message->payload, message->n, &change->event, &faults);
        memcpy(change->event.mac, message->topic.mac, MAC_SIZE);
        memcpy(change->spelling, message->topic.spelling, sizeof change->spelling);
        change->late = message->now_ms < ingest->fresh_from_ms;
        change->history.meter = ingest->meter;
        change->event.at_ms = read_clock(&change->stepped_ms);
    }
    ingest_post_firm(&ingest->post, message->key, ingest_write_event, change);
    take_faults(ingest, message, &faults);
}

static void ignore_member(const struct payload_scan_member *member, void *ctx)
{
    (void)member;
    (void)ctx;
}

// The topic alone says all that a will has to say; a bad payload is told on top of it.
static void take_will(struct ingest *ingest, const struct message *message)
{
    struct ingest_write_notice *change = calloc(1, sizeof *change);
    struct payload_faults faults = {0};

    ingest->wills++;
    if (change != NULL) {
        memcpy(change->mac, message->topic.mac, MAC_SIZE);
        change->at_ms = read_clock(&change->stepped_ms);
        change->history.meter = ingest->meter;
    }
    ingest_post_firm(&ingest->post, message->key, ingest_write_will, change);
    payload_scan(message->payload, message->n, ignore_member, NULL, &faults);
    take_faults(ingest, message, &faults);
}

static void refuse_topic(struct ingest *ingest, const char *topic)
{
    ingest->bad_topics++;
    if (ingest_lines_is_other_due(&ingest->lines, topic))
        log_warning("ingest",
            "message on a topic that names no device topic=%.128s: devices publish on "
            "/status/<MAC> and the like, and their certificate's common name is that MAC; issue "
            "one with 'secureesp pki device'",
            topic);
}

// Commands go out on topics so spelled as well.
static void note_spelling(struct ingest *ingest, const struct ingest_topic *topic)
{
    if (topic->spelling[0] == '\0')
        return;
    ingest->odd_topics++;
    if (ingest_lines_is_due(&ingest->lines, "spelling", topic->mac))
        log_warning("ingest",
            "device spells its MAC in another way mac=%s spelling=%s: it is served all the same; "
            "its next certificate and its topics should have 12 lower-case hex digits",
            topic->mac, topic->spelling);
}

// What comes so soon after it was revoked was on its way; later the broker should have ended it.
static bool is_shut_out(struct ingest *ingest, const struct ingest_topic *topic)
{
    if (ingest->is_shut_out == NULL || !ingest->is_shut_out(topic->mac, ingest->gate_ctx))
        return false;
    ingest->shut_out++;
    if (ingest_lines_is_due(&ingest->lines, "revoked", topic->mac))
        log_warning("ingest",
            "revoked device still publishes mac=%s: all of that is ignored; if this goes on, the "
            "broker does not shut it out ('secureesp status' shows which list it uses)",
            topic->mac);
    return true;
}

static void tell_strangers(struct ingest *ingest)
{
    if (ingest_lines_is_other_due(&ingest->lines, "new devices"))
        log_warning("ingest", "too many new devices: for now only one every 0.36 s is accepted; "
                              "find out who publishes on topics of devices that do not exist, and "
                              "check the broker's access table");
}

// Whether the daemon looks at it. What a device says beyond what any device has to say costs no
// more than this.
static bool is_admitted(struct ingest *ingest, struct message *message, size_t topic_bytes)
{
    if (!mac_key_from_text(message->topic.mac, &message->key))
        return false;
    message->now_ms = clock_monotonic_ms();
    switch (meter_admit(ingest->meter, message->key, message->n + topic_bytes, message->now_ms)) {
    case METER_ADMITTED: return true;
    case METER_TOO_MUCH: return false;
    case METER_STRANGER: tell_strangers(ingest); return false;
    }
    return false;
}

void ingest_message(
    struct ingest *ingest, const char *topic, const uint8_t *payload, size_t n, bool retained)
{
    struct message message = {.payload = payload, .n = n};
    char name[BROKER_LIMIT_NAME_SIZE];

    if (retained) {
        ingest->retained++;
        return;
    }
    if (broker_report_read_name(topic, name)) {
        ingest_limits_take_report(&ingest->limits, name, payload, n);
        return;
    }
    if (!ingest_topic_parse(topic, &message.topic)) {
        refuse_topic(ingest, topic);
        return;
    }
    if (is_shut_out(ingest, &message.topic) || !is_admitted(ingest, &message, strlen(topic)))
        return;
    note_spelling(ingest, &message.topic);
    switch (message.topic.kind) {
    case TOPIC_STATUS: take_status(ingest, &message); break;
    case TOPIC_EVENT: take_event(ingest, &message); break;
    case TOPIC_WILL: take_will(ingest, &message); break;
    case TOPIC_COMMAND: break;
    }
}

void ingest_download(struct ingest *ingest, const struct ingest_download *answer)
{
    struct download_write *change = calloc(1, sizeof *change);
    int64_t key = INGEST_POST_NO_DEVICE;

    (void)mac_key_from_text(answer->mac, &key);
    if (change != NULL) {
        snprintf(change->mac, sizeof change->mac, "%s", answer->mac);
        change->at_ms = read_clock(&change->stepped_ms);
        snprintf(change->file, sizeof change->file, "%s", answer->file);
        change->status = answer->status;
        snprintf(change->image, sizeof change->image, "%s", answer->image);
        snprintf(change->sha256, sizeof change->sha256, "%s", answer->sha256);
        change->size = answer->size;
        change->offset = answer->offset;
        change->bytes = answer->bytes;
        change->received = answer->received;
        change->began_at_ms = answer->began_at_ms;
        if (answer->began_at_ms > 0 && answer->began_at_ms < change->at_ms)
            change->took_ms = change->at_ms - answer->began_at_ms;
        change->history.meter = ingest->meter;
    }
    ingest_post_firm(&ingest->post, key, download_write_answer, change);
}

void ingest_tick(struct ingest *ingest)
{
    ingest_limits_tick(&ingest->limits);
}

void ingest_read_counters(struct ingest *ingest, struct ingest_counters *out)
{
    *out = (struct ingest_counters){
        .statuses = ingest->statuses,
        .events = ingest->events,
        .wills = ingest->wills,
        .retained = ingest->retained,
        .odd_topics = ingest->odd_topics,
        .bad_topics = ingest->bad_topics,
        .bad_payloads = ingest->bad_payloads,
        .lost = ingest->post.lost.total,
        .shut_out = ingest->shut_out,
        .reports = ingest->limits.reports,
        .reported_messages = ingest->limits.messages,
        .reported_bytes = ingest->limits.bytes,
    };
    out->bad_payloads += ingest->limits.bad_reports;
    meter_read_counters(ingest->meter, &out->meter);
}
