// The clocks, and dates: the one place that needs time_t (see the Makefile).
#include "server/base/clock.h"

#include <stdatomic.h>
#include <time.h>

_Static_assert(sizeof(time_t) == 8, "dates go on after 2038");

static int64_t read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// What the clock without steps is ahead of the monotonic one; 0: not read yet.
static _Atomic int64_t base_ms;
static _Atomic int64_t stepped_ms;

static int64_t base(void)
{
    int64_t none = 0;

    if (base_ms == 0)
        atomic_compare_exchange_strong(&base_ms, &none, clock_system_ms() - clock_monotonic_ms());
    return base_ms;
}

int64_t clock_unstepped_ms(void)
{
    return clock_monotonic_ms() + base();
}

int64_t clock_stepped_ms(void)
{
    return stepped_ms;
}

int64_t clock_now_ms(void)
{
    return clock_unstepped_ms() + clock_stepped_ms();
}

int64_t clock_ahead_ms(void)
{
    return clock_system_ms() - clock_now_ms();
}

void clock_step(int64_t by_ms)
{
    atomic_fetch_add(&stepped_ms, by_ms);
}

void clock_slew(int64_t by_ms)
{
    (void)base(); // reads it if nobody has
    atomic_fetch_add(&base_ms, by_ms);
}

void clock_follow(int64_t *at_ms, int64_t *read_when_ms)
{
    int64_t now_ms = clock_stepped_ms();

    *at_ms += now_ms - *read_when_ms;
    *read_when_ms = now_ms;
}

int64_t clock_system_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_utc_ms(const struct tm *utc)
{
    struct tm tm = *utc; // timegm() puts it in order

    return (int64_t)timegm(&tm) * 1000;
}

void clock_format(int64_t time_ms, char out[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    if (strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        out[0] = '\0';
}
