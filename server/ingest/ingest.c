// Messages from devices: decoded on the caller's thread, put into effect on the store's.
#include "server/ingest/ingest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/topic.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/ingest/download_write.h"
#include "server/ingest/event_decode.h"
#include "server/ingest/hourly.h"
#include "server/ingest/ingest_write.h"
#include "server/ingest/payload.h"
#include "server/ingest/status_decode.h"

struct ingest {
    struct store *store;
    pthread_mutex_t mutex; // over hourly
    struct hourly *hourly;
    _Atomic uint64_t statuses, events, wills, retained, bad_topics, bad_payloads;
};

static const char *const subscriptions[] = {
    "/status/+",
    "/event/+",
    "/will/+",
    "/will/+/will",
    NULL,
};

int ingest_new(struct store *store, struct ingest **out, struct err *err)
{
    struct ingest *ingest = calloc(1, sizeof *ingest);
    struct hourly *hourly = hourly_new();

    if (ingest == NULL || hourly == NULL) {
        free(ingest);
        hourly_free(hourly);
        return err_set(err, ERR_NO_MEMORY, "no memory for ingest");
    }
    ingest->store = store;
    ingest->hourly = hourly;
    pthread_mutex_init(&ingest->mutex, NULL);
    *out = ingest;
    return 0;
}

void ingest_free(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    pthread_mutex_destroy(&ingest->mutex);
    hourly_free(ingest->hourly);
    free(ingest);
}

const char *const *ingest_subscriptions(void)
{
    return subscriptions;
}

// Without memory, or with a full queue (which the store counts), the message is lost.
static void post(struct ingest *ingest, store_job job, void *change)
{
    if (change != NULL)
        (void)store_post(ingest->store, job, change, free);
}

static void post_notice(struct ingest *ingest, store_job job, const char *mac)
{
    struct ingest_write_notice *change = calloc(1, sizeof *change);

    if (change != NULL) {
        memcpy(change->mac, mac, MAC_SIZE);
        change->stepped_ms = clock_stepped_ms();
        change->at_ms = change->stepped_ms + clock_unstepped_ms();
    }
    post(ingest, job, change);
}

static void take_bad_payload(struct ingest *ingest, const char *mac, const char *reason)
{
    ingest->bad_payloads++;
    pthread_mutex_lock(&ingest->mutex);

    bool due = hourly_is_due(ingest->hourly, mac, clock_monotonic_ms());

    pthread_mutex_unlock(&ingest->mutex);
    if (due)
        log_warning("ingest", "bad payload mac=%s reason=\"%s\"", mac, reason);
    post_notice(ingest, ingest_write_bad_payload, mac);
}

static void take_status(struct ingest *ingest, const char *mac, const uint8_t *payload, size_t n)
{
    struct device_status status;
    const char *reason;

    if (status_decode(payload, n, &status, &reason) < 0) {
        take_bad_payload(ingest, mac, reason);
        return;
    }
    ingest->statuses++;

    int64_t stepped_ms = clock_stepped_ms();
    struct ingest_write_status *change =
        ingest_write_status_new(mac, stepped_ms + clock_unstepped_ms(), &status, payload, n);

    if (change != NULL)
        change->stepped_ms = stepped_ms;
    post(ingest, ingest_write_status, change);
}

static void take_event(struct ingest *ingest, const char *mac, const uint8_t *payload, size_t n)
{
    struct event event;
    const char *reason;

    if (event_decode(payload, n, &event, &reason) < 0) {
        take_bad_payload(ingest, mac, reason);
        return;
    }
    ingest->events++;

    struct ingest_write_event *change = calloc(1, sizeof *change);

    if (change != NULL) {
        change->event = event;
        memcpy(change->event.mac, mac, MAC_SIZE);
        change->stepped_ms = clock_stepped_ms();
        change->event.at_ms = change->stepped_ms + clock_unstepped_ms();
    }
    post(ingest, ingest_write_event, change);
}

// The topic alone says all that a will has to say; a bad payload is counted on top of it.
static void take_will(struct ingest *ingest, const char *mac, const uint8_t *payload, size_t n)
{
    json_t *json;
    const char *reason;

    if (payload_parse(payload, n, &json, &reason) < 0)
        take_bad_payload(ingest, mac, reason);
    else
        json_decref(json);
    ingest->wills++;
    post_notice(ingest, ingest_write_will, mac);
}

void ingest_message(
    struct ingest *ingest, const char *topic, const uint8_t *payload, size_t n, bool retained)
{
    struct topic parsed;

    if (retained) {
        ingest->retained++;
        return;
    }
    if (!topic_parse(topic, strlen(topic), &parsed) || parsed.kind == TOPIC_COMMAND) {
        ingest->bad_topics++;
        return;
    }
    switch (parsed.kind) {
    case TOPIC_STATUS: take_status(ingest, parsed.mac, payload, n); break;
    case TOPIC_EVENT: take_event(ingest, parsed.mac, payload, n); break;
    case TOPIC_WILL: take_will(ingest, parsed.mac, payload, n); break;
    case TOPIC_COMMAND: break;
    }
}

void ingest_download(struct ingest *ingest, const struct ingest_download *answer)
{
    struct download_write *change = calloc(1, sizeof *change);

    if (change != NULL) {
        snprintf(change->mac, sizeof change->mac, "%s", answer->mac);
        change->stepped_ms = clock_stepped_ms();
        change->at_ms = change->stepped_ms + clock_unstepped_ms();
        snprintf(change->file, sizeof change->file, "%s", answer->file);
        change->status = answer->status;
        snprintf(change->image, sizeof change->image, "%s", answer->image);
        snprintf(change->sha256, sizeof change->sha256, "%s", answer->sha256);
        change->size = answer->size;
        change->offset = answer->offset;
        change->bytes = answer->bytes;
        change->received = answer->received;
        change->began_at_ms = answer->began_at_ms;
    }
    post(ingest, download_write_answer, change);
}

void ingest_read_counters(struct ingest *ingest, struct ingest_counters *out)
{
    *out = (struct ingest_counters){
        .statuses = ingest->statuses,
        .events = ingest->events,
        .wills = ingest->wills,
        .retained = ingest->retained,
        .bad_topics = ingest->bad_topics,
        .bad_payloads = ingest->bad_payloads,
    };
}
