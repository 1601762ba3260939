#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

// Unix time in milliseconds, UTC: for everything that is stored or shown. Begins with the system's
// clock and goes on evenly: that the system's clock is set does not show here before
// clock_step() or clock_slew() is told.
int64_t clock_now_ms(void);

// How far the system's clock is ahead of clock_now_ms().
int64_t clock_ahead_ms(void);

// Moves clock_now_ms() on by so much, or back: a step when the system's clock was set, a slew for
// the milliseconds that NTP corrects all the time. Any thread.
void clock_step(int64_t by_ms);
void clock_slew(int64_t by_ms);

// clock_now_ms() without the steps, and their sum. A time that is kept in memory goes with the
// clock when it is read without the steps and shown with them.
int64_t clock_unstepped_ms(void);
int64_t clock_stepped_ms(void);

// Moves a time along that was kept in memory, read when clock_stepped_ms() was *read_when_ms.
void clock_follow(int64_t *at_ms, int64_t *read_when_ms);

// The system's clock itself: for what others measure by it, as the dates of certificates.
int64_t clock_system_ms(void);

// Milliseconds that never go back: for time-outs and intervals.
int64_t clock_monotonic_ms(void);

// Writes a Unix time as "2026-01-31T23:59:59Z" to out.
#define CLOCK_TEXT_SIZE 32
void clock_format(int64_t time_ms, char out[CLOCK_TEXT_SIZE]);

// A date in UTC (struct tm of <time.h>) as a Unix time.
struct tm;
int64_t clock_utc_ms(const struct tm *utc);

#endif
