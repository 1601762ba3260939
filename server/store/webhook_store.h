#ifndef WEBHOOK_STORE_H
#define WEBHOOK_STORE_H

#include "server/model/webhook.h"
#include "server/store/store.h"

// Webhooks, and what waits to be sent to them. All: ERR_IO if the database fails.

// Inserts one: it gets its id, and begins behind what has happened so far. ERR_CONFLICT if there is
// one of that name.
ERR_CHECKED int webhook_store_add(
    struct store_connection *connection, struct webhook *webhook, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int webhook_store_get(
    struct store_connection *connection, const char *name, struct webhook *out, struct err *err);

// With all that waits. ERR_NOT_FOUND.
ERR_CHECKED int webhook_store_remove(
    struct store_connection *connection, const char *name, struct err *err);

// Calls each() for every one, by name, until it returns non-zero, which is then returned.
ERR_CHECKED int webhook_store_each(struct store_connection *connection,
    int (*each)(const struct webhook *webhook, void *ctx), void *ctx, struct err *err);

// How many messages wait, and since when the oldest does; 0 if none does.
ERR_CHECKED int webhook_store_count(struct store_connection *connection, int64_t webhook,
    int64_t *count, int64_t *oldest_ms, struct err *err);

// Sets everything but name, URL and what else is given once. One that is not there any more is left
// so.
ERR_CHECKED int webhook_store_update(
    struct store_connection *connection, const struct webhook *webhook, struct err *err);

// Adds a message behind the others.
ERR_CHECKED int webhook_store_queue(struct store_connection *connection,
    const struct webhook_message *message, const char *body, struct err *err);

// Removes the oldest beyond so many; *removed says how many those were.
ERR_CHECKED int webhook_store_bound(struct store_connection *connection, int64_t webhook,
    int64_t keep, int64_t *removed, struct err *err);

// The first whose time is not after due_ms, or after far_ms; the caller frees its body.
// ERR_NOT_FOUND.
struct webhook_store_due {
    int64_t webhook;
    int64_t due_ms, far_ms;
};
ERR_CHECKED int webhook_store_first(struct store_connection *connection,
    const struct webhook_store_due *due, struct webhook_message *out, char **body, struct err *err);

// Whether a message still waits: 1 or 0, or an error.
ERR_CHECKED int webhook_store_has(
    struct store_connection *connection, const struct webhook_message *message, struct err *err);

ERR_CHECKED int webhook_store_delay(
    struct store_connection *connection, const struct webhook_message *message, struct err *err);
ERR_CHECKED int webhook_store_drop(
    struct store_connection *connection, const struct webhook_message *message, struct err *err);

#endif
