#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

// Unix time in milliseconds, UTC: for everything that is stored or shown.
int64_t clock_now_ms(void);

// Milliseconds that never go back: for time-outs and intervals.
int64_t clock_monotonic_ms(void);

// Writes a Unix time as "2026-01-31T23:59:59Z" to out.
#define CLOCK_TEXT_SIZE 32
void clock_format(int64_t time_ms, char out[CLOCK_TEXT_SIZE]);

#endif
