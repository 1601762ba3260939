#ifndef CONTROL_METER_H
#define CONTROL_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/base/rate.h"
#include "server/broker/client_table.h"
#include "server/broker/limits.h"
#include "server/pki/digest.h"

// What the connections of one certificate send beside what is counted otherwise (messages, filters,
// wills): requests for an answer, acknowledgements, and what is no packet yet. The broker shows its
// plugins none of it. So all that is received is taken, and what was counted is given back.
struct control_meter {
    char fingerprint[DIGEST_SHA256_TEXT_SIZE]; // the certificate's SHA-256
    struct client *client;                     // who came by it last, or NULL
    size_t received;                           // last: it may still be counted
    size_t counted;                            // since then
    struct rate_use control;
    int64_t shut_out_until_ms; // monotonic
    struct control_meter *next;
};

// Takes n bytes that are about to be read. False: too much came before, and nothing more is taken
// for a while.
bool control_meter_take(
    struct control_meter *meter, const struct limits *limits, int64_t now_ms, size_t n);

// So many bytes of what was received are counted otherwise.
void control_meter_count(struct control_meter *meter, size_t n);

bool control_meter_is_shut_out(const struct control_meter *meter, int64_t now_ms);

// Those of all certificates that have been seen. Their memory stays: a CA that is trusted has
// signed each.
struct control_meter_table;

ERR_CHECKED int control_meter_table_new(struct control_meter_table **out);
void control_meter_table_free(struct control_meter_table *table);

// The one of a certificate, by its SHA-256 in hex; or NULL.
struct control_meter *control_meter_table_find(
    const struct control_meter_table *table, const char *fingerprint);

// The same, made if it is new. ERR_NO_MEMORY.
ERR_CHECKED int control_meter_table_get(
    struct control_meter_table *table, const char *fingerprint, struct control_meter **out);

#endif
