#ifndef FIRMWARE_CORE_TIMER_H
#define FIRMWARE_CORE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define TIMER_NEVER UINT32_MAX

// A span of time on a millisecond counter that wraps.
struct timer {
    uint32_t started_at_ms;
    uint32_t length_ms; // TIMER_NEVER: never ends
};

// Starts it at now_ms.
void timer_start(struct timer *timer, uint32_t now_ms, uint32_t length_ms);

// What is left of it, 0 once it has ended, TIMER_NEVER if it never does.
uint32_t timer_left_ms(const struct timer *timer, uint32_t now_ms);

bool timer_ended(const struct timer *timer, uint32_t now_ms);

// The smaller of two.
uint32_t timer_min_ms(uint32_t a, uint32_t b);

#endif
