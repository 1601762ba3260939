#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

// Unix time in milliseconds, UTC: for everything that is stored or shown. Begins with the system's
// clock and goes on evenly: that the system's clock is set does not show here before
// clock_advance() is told.
int64_t clock_now_ms(void);

// How far the system's clock is ahead of clock_now_ms().
int64_t clock_ahead_ms(void);

// Moves clock_now_ms() on by so much, or back. Any thread.
void clock_advance(int64_t by_ms);

// What clock_now_ms() is ahead of clock_monotonic_ms(); changes with clock_advance() alone.
int64_t clock_base_ms(void);

// The system's clock itself: for what others measure by it, as the dates of certificates.
int64_t clock_system_ms(void);

// Milliseconds that never go back: for time-outs and intervals.
int64_t clock_monotonic_ms(void);

// Writes a Unix time as "2026-01-31T23:59:59Z" to out.
#define CLOCK_TEXT_SIZE 32
void clock_format(int64_t time_ms, char out[CLOCK_TEXT_SIZE]);

#endif
