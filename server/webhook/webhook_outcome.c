// What follows from an answer.
#include "server/webhook/webhook_outcome.h"

#include <string.h>

#define STATUS_GONE 410

void webhook_outcome_decide(struct webhook_result *result, const struct webhook_backoff *backoff,
    int64_t now_ms, uint32_t chance)
{
    struct webhook_message *message = &result->message;

    result->at_ms = now_ms;
    message->tries++;
    if (result->error[0] == '\0' && result->status >= 200 && result->status <= 299)
        result->outcome = WEBHOOK_OUTCOME_SENT;
    else if (result->status == STATUS_GONE)
        result->outcome = WEBHOOK_OUTCOME_GONE;
    else if (webhook_backoff_is_over(backoff, message->queued_at_ms, now_ms))
        result->outcome = WEBHOOK_OUTCOME_GIVEN_UP;
    else
        result->outcome = WEBHOOK_OUTCOME_AGAIN;
    message->next_at_ms = now_ms + webhook_backoff_delay(backoff, message->tries, chance);
}

static int apply(struct store_connection *connection, struct webhook_result *result,
    struct webhook *webhook, struct err *err)
{
    if (result->outcome == WEBHOOK_OUTCOME_AGAIN)
        return webhook_store_delay(connection, &result->message, err);
    if (result->outcome == WEBHOOK_OUTCOME_GONE) {
        webhook->state = WEBHOOK_GONE;
        return webhook_store_bound(connection, webhook->id, 0, &result->dropped, err);
    }
    return webhook_store_drop(connection, &result->message, err);
}

int webhook_outcome_write(struct store_connection *connection, void *ctx, struct err *err)
{
    struct webhook_result *result = ctx;
    struct webhook webhook;
    int rc = webhook_store_has(connection, &result->message, err);

    if (rc <= 0)
        return rc;
    rc = webhook_store_get(connection, result->name, &webhook, err);
    result->dropped = 0;
    if (rc == 0)
        rc = apply(connection, result, &webhook, err);
    if (rc < 0)
        return rc;
    webhook.sent += result->outcome == WEBHOOK_OUTCOME_SENT;
    webhook.failed += result->outcome != WEBHOOK_OUTCOME_SENT;
    webhook.given_up += result->outcome == WEBHOOK_OUTCOME_GIVEN_UP;
    webhook.dropped += result->dropped;
    webhook.last = (struct webhook_last){.at_ms = result->at_ms, .status = result->status};
    memcpy(webhook.last.message, result->message.id, sizeof webhook.last.message);
    memcpy(webhook.last.error, result->error, sizeof webhook.last.error);
    return webhook_store_update(connection, &webhook, err);
}
