#ifndef WEBHOOK_OUTCOME_H
#define WEBHOOK_OUTCOME_H

#include "server/store/webhook_store.h"
#include "server/webhook/webhook_backoff.h"

// What follows from an answer.
enum webhook_outcome {
    WEBHOOK_OUTCOME_SENT,
    WEBHOOK_OUTCOME_AGAIN,
    WEBHOOK_OUTCOME_GIVEN_UP,
    WEBHOOK_OUTCOME_GONE, // the receiver wants nothing any more
};

struct webhook_result {
    struct webhook_message message;
    char name[WEBHOOK_NAME_SIZE];   // the webhook's
    int64_t status;                 // of HTTP; 0: there was none
    char error[WEBHOOK_ERROR_SIZE]; // or ""
    // Filled in by the decision; the last by the writing.
    enum webhook_outcome outcome;
    int64_t at_ms;
    int64_t dropped; // with it, as the receiver has gone
};

// Decides by status and error: 2xx is sent, 410 gone (RFC 9110, 15.5.11), all else is tried again
// until its time is over. chance: any number.
void webhook_outcome_decide(struct webhook_result *result, const struct webhook_backoff *backoff,
    int64_t now_ms, uint32_t chance);

// A store_job; ctx is what was decided. A message that does not wait any more changes nothing.
ERR_CHECKED int webhook_outcome_write(
    struct store_connection *connection, void *ctx, struct err *err);

#endif
