#ifndef WEBHOOK_SEND_H
#define WEBHOOK_SEND_H

#include <stdbool.h>

#include "server/pki/key_vault.h"
#include "server/store/webhook_store.h"
#include "server/webhook/webhook_allow.h"
#include "server/webhook/webhook_backoff.h"

// What waits for webhooks, on its way to them: one message of each at a time, so that one that is
// slow holds up no other. Of a webhook the oldest that is due goes first; after one that did not
// arrive it rests. Used by one thread, but for what says otherwise.
struct webhook_send;

#define WEBHOOK_SEND_KEPT 16 // connections, at most, that are kept for the next message

struct webhook_send_settings {
    struct store *store;           // borrowed, as the next two
    const struct key_vault *vault; // for their secrets
    const char *ca;                // of receivers' certificates: a file, or "": the system's
    struct webhook_allow allow;
    struct webhook_backoff backoff;
    int64_t timeout_ms;
};

ERR_CHECKED int webhook_send_new(
    const struct webhook_send_settings *settings, struct webhook_send **out, struct err *err);
// What is under way is broken off, and comes again with the same webhook-id. NULL is allowed.
void webhook_send_free(struct webhook_send *send);

// Begins what is due of these, which are all there are.
void webhook_send_start(struct webhook_send *send, const struct webhook *webhooks, size_t count);

// From the next message on these are the networks.
void webhook_send_set_allow(struct webhook_send *send, const struct webhook_allow *allow);

// Goes on with what is under way. Whether something has ended, so that more may be due.
bool webhook_send_run(struct webhook_send *send);

// Waits until something can go on, or somebody wakes it, at most so long.
void webhook_send_wait(struct webhook_send *send, int ms);
void webhook_send_wake(struct webhook_send *send); // any thread

// Calls add() for each counter. Any thread.
void webhook_send_each_counter(const struct webhook_send *send,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
