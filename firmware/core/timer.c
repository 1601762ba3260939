// Spans of time on a counter that wraps.
#include "firmware/core/timer.h"

void timer_start(struct timer *timer, uint32_t now_ms, uint32_t length_ms)
{
    timer->started_at_ms = now_ms;
    timer->length_ms = length_ms;
}

uint32_t timer_left_ms(const struct timer *timer, uint32_t now_ms)
{
    uint32_t elapsed_ms = now_ms - timer->started_at_ms;

    if (timer->length_ms == TIMER_NEVER)
        return TIMER_NEVER;
    return elapsed_ms >= timer->length_ms ? 0 : timer->length_ms - elapsed_ms;
}

bool timer_ended(const struct timer *timer, uint32_t now_ms)
{
    return timer_left_ms(timer, now_ms) == 0;
}

uint32_t timer_min_ms(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}
