#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/base/rate.h"
#include "server/broker/identity.h"
#include "server/model/serial.h"
#include "server/pki/digest.h"

struct control_meter;

// What was dropped of a client since the last report.
struct client_dropped {
    uint64_t messages;
    uint64_t bytes;
    uint64_t subscriptions;
    uint64_t connections;
};

// What is known of an identity that has been let in once, however many connections it has now or
// had. Its memory stays: there are as many as certificates' names.
struct client {
    struct identity identity;
    unsigned connections; // now
    char *client_id;      // of its session, which is nobody else's meanwhile; or NULL
    bool keeps_session;   // which outlives its connection
    bool is_saved;        // and the broker's restart
    uint64_t recorded;    // hash of the identifier that the file of sessions has of it, or 0
    int64_t seen_ms;      // Unix time: when it came or went last

    // Its last connection's certificate.
    char serial[SERIAL_SIZE];
    char ca[DIGEST_SHA256_TEXT_SIZE]; // who signed it: SHA-256
    int64_t begins_ms;
    int64_t not_before_ms;
    int64_t not_after_ms;
    struct control_meter *meter; // its certificate's, or NULL
    bool is_out;                 // it is no longer good: nothing more is taken from it
    // SHA-256 of the last certificate that the daemon is told of (gate_meet.h), or "".
    char met[DIGEST_SHA256_TEXT_SIZE];

    struct rate_use messages;
    struct rate_use bytes;
    struct rate_use subscribes;
    struct rate_use attempts; // to connect
    struct rate_use identifiers;
    struct rate_use drops;
    struct rate_use meetings;
    unsigned waiting_commands; // for it
    unsigned waiting_messages; // of it, since the daemon was last here
    uint64_t waiting_bytes;
    uint64_t waiting_epoch;

    struct client_dropped dropped;
    const char *reason;        // of the last drop, constant text
    int64_t shut_out_until_ms; // monotonic
    int64_t next_report_ms;    // monotonic
    bool is_reported;          // the last report was not the one that says that it is over
    bool end_connections;      // at the next opportunity
    bool end_silently;         // without its will
    char *end_client_id;       // a session of it that another has replaced, or NULL

    bool is_waiting; // for client_table_next_waiting()
    struct client *next_waiting;
    struct client *next_by_name;
    struct client *next_by_client_id;
};

struct client_table;

ERR_CHECKED int client_table_new(struct client_table **out);
void client_table_free(struct client_table *table);

// The client of that name, or NULL. Allocates nothing.
struct client *client_table_find(const struct client_table *table, const char *name);

// The same, made if it is new. ERR_NO_MEMORY.
ERR_CHECKED int client_table_get(
    struct client_table *table, const struct identity *identity, struct client **out);

// Whose session has that identifier, or NULL.
struct client *client_table_find_client_id(const struct client_table *table, const char *client_id);

// Binds an identifier that is nobody else's. ERR_NO_MEMORY leaves all as it was.
ERR_CHECKED int client_table_bind(
    struct client_table *table, struct client *client, const char *client_id);
void client_table_unbind(struct client_table *table, struct client *client);

// Puts a client on the list of those that wait to be looked at, once.
void client_table_wait(struct client_table *table, struct client *client);
// Takes the first off, or NULL; and how many there are.
struct client *client_table_next_waiting(struct client_table *table);
size_t client_table_count_waiting(const struct client_table *table);

// Calls visit for each.
void client_table_each(
    const struct client_table *table, void (*visit)(struct client *client, void *ctx), void *ctx);

#endif
