// When messages may be acknowledged.
#include "server/mqtt/mqtt_receipt.h"

#define RETRY_MS 1000
#define HOLD_MS 10000 // with the keep-alive of 30 s less than the 45 s that the broker waits

void mqtt_receipt_note(struct mqtt_receipt *receipt, int64_t now_ms)
{
    if (!receipt->owed)
        *receipt = (struct mqtt_receipt){.owed = true, .since_ms = now_ms};
}

bool mqtt_receipt_may_write(
    struct mqtt_receipt *receipt, const struct mqtt_callbacks *callbacks, int64_t now_ms)
{
    if (!receipt->owed)
        return true;
    if (receipt->tried_ms != 0 && now_ms - receipt->tried_ms < RETRY_MS)
        return receipt->given_up;
    receipt->tried_ms = now_ms;
    receipt->owed = callbacks->on_receipt != NULL && !callbacks->on_receipt(callbacks->ctx);
    receipt->given_up = receipt->given_up || now_ms - receipt->since_ms >= HOLD_MS;
    return !receipt->owed || receipt->given_up;
}
