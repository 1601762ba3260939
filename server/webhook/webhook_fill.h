#ifndef WEBHOOK_FILL_H
#define WEBHOOK_FILL_H

#include "server/model/alert.h"
#include "server/model/audit.h"
#include "server/model/event.h"
#include "server/store/store.h"
#include "server/store/webhook_store.h"

// From what has happened to what is sent. A webhook remembers up to where it has looked at the
// events, at the audit log (of rollouts) and at the notes of alerts; what it asks for goes into its
// queue in the transaction that moves this on, so that nothing is left out or queued twice,
// whenever the daemon ends.

#define WEBHOOK_FILL_ROWS 200 // that one look takes of each

// Write what is sent, as JSON; the caller frees it. NULL without memory.
struct webhook_bodies {
    char *(*event)(const struct event *event, int64_t id);
    char *(*rollout)(const struct audit_row *row);
    char *(*alert)(const struct alert_note *note);
};

struct webhook_fill {
    struct webhook webhook; // as it is to be: its cursors
    char **bodies;
    size_t count;
    bool is_full;   // there may be more
    bool is_broken; // its filter cannot be asked: what was for it is dropped
    // Filled in for, and by, the writing.
    int64_t keep; // messages, at most
    int64_t dropped;
};

// Reads what comes next. The caller clears it, also after an error. ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int webhook_fill_read(struct store_connection *connection,
    const struct webhook_bodies *bodies, struct webhook_fill *fill, struct err *err);
// Whether the read has come upon anything.
bool webhook_fill_has(const struct webhook_fill *fill, const struct webhook *before);

// A store_job; ctx is what was read.
ERR_CHECKED int webhook_fill_write(struct store_connection *connection, void *ctx, struct err *err);

void webhook_fill_clear(struct webhook_fill *fill);

// Queues one message. ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int webhook_fill_queue(struct store_connection *connection,
    struct webhook_message *message, const char *body, struct err *err);

#endif
