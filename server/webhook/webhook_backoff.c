// When what did not arrive is tried again.
#include "server/webhook/webhook_backoff.h"

int64_t webhook_backoff_delay(
    const struct webhook_backoff *backoff, int64_t failures, uint32_t chance)
{
    int64_t delay = backoff->min_ms;

    while (failures-- > 1 && delay < backoff->max_ms)
        delay *= 2;
    if (delay > backoff->max_ms)
        delay = backoff->max_ms;
    return delay - (int64_t)(chance % (uint64_t)(delay / 2 + 1));
}

bool webhook_backoff_is_due(
    const struct webhook_backoff *backoff, int64_t next_at_ms, int64_t now_ms)
{
    return next_at_ms <= now_ms || next_at_ms - now_ms > backoff->max_ms;
}

bool webhook_backoff_is_over(
    const struct webhook_backoff *backoff, int64_t queued_at_ms, int64_t now_ms)
{
    return now_ms - queued_at_ms >= backoff->give_up_ms;
}
