#ifndef BASE_MONOTONIC_WAIT_H
#define BASE_MONOTONIC_WAIT_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

// Conditions that are waited for up to a time of the clock that never goes back.
void monotonic_wait_init(pthread_cond_t *condition);

// Such a time, ms from now, for pthread_cond_timedwait().
struct timespec monotonic_wait_until(int64_t ms);

#endif
