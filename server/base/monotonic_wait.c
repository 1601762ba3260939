// Waiting by the clock that never goes back.
#include "server/base/monotonic_wait.h"

#include "server/base/clock.h"

#define NS_PER_MS 1000000L

void monotonic_wait_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec monotonic_wait_until(int64_t ms)
{
    int64_t at_ms = clock_monotonic_ms() + ms;

    return (struct timespec){
        .tv_sec = (time_t)(at_ms / 1000), .tv_nsec = (long)(at_ms % 1000) * NS_PER_MS};
}
