#ifndef INGEST_H
#define INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/ingest/meter.h"
#include "server/store/store.h"

// What devices say, from bytes to the store.
struct ingest;

ERR_CHECKED int ingest_new(struct store *store, struct ingest **out, struct err *err);

// What was posted must have been written: close the store first. NULL is allowed.
void ingest_free(struct ingest *ingest);

// As meter_set_statuses_per_minute() and meter_set_low_disk(). Any thread.
void ingest_set_statuses_per_minute(struct ingest *ingest, int64_t statuses);
void ingest_set_low_disk(struct ingest *ingest, bool low);

// Tells of what was left out of what devices say. Each second, on one thread.
void ingest_tick(struct ingest *ingest);

// The topic filters to subscribe, NULL-terminated.
const char *const *ingest_subscriptions(void);

// Who is shut out says nothing that counts: its messages are counted, and told once an hour. On any
// thread; must not block. Before the first message.
void ingest_set_gate(
    struct ingest *ingest, bool (*is_shut_out)(const char *mac, void *ctx), void *ctx);

// The connection to the broker came or went. What was said with QoS 1 meanwhile has waited there:
// for some seconds after it came, an event does not make a device online that was offline. Any
// thread.
void ingest_note_connection(struct ingest *ingest, bool connected);

// Takes one message from the broker: decodes it and posts the change to the store. Never blocks on
// the disk. Whatever its payload is, a status or an event is a sign of life; what could be read of
// it is used, what not is told at the device and, once an hour, in the log. A retained message says
// nothing of now and is only counted. Any thread.
void ingest_message(
    struct ingest *ingest, const char *topic, const uint8_t *payload, size_t n, bool retained);

// An answer of the download server to a device that asked for a file.
struct ingest_download {
    const char *mac;
    const char *file;
    unsigned status;   // of HTTP
    const char *image; // "" if none
    int64_t began_at_ms;
    // Of 200 and 206: the whole file's SHA-256 and size, where in it the answer begins, and how
    // many bytes arrived; if not all (received), at most so many.
    const char *sha256;
    uint64_t size, offset, bytes;
    bool received;
};

// Takes it. When the device has all of a file, or was refused, that settles the command that asked
// for it, if the device is one that sends no events. Never blocks on the disk. Any thread.
void ingest_download(struct ingest *ingest, const struct ingest_download *answer);

struct ingest_counters {
    uint64_t statuses, events, wills, retained, odd_topics, bad_topics, bad_payloads, lost,
        shut_out;
    uint64_t reports, reported_messages, reported_bytes; // of the broker, of identities it bounds
    struct meter_counters meter;
};
void ingest_read_counters(struct ingest *ingest, struct ingest_counters *out);

#endif
