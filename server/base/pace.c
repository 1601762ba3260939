// Bounds how often something is said.
#include "server/base/pace.h"

#include <stdatomic.h>

#include "server/base/clock.h"

bool pace_is_due(struct pace *pace, int64_t interval_ms)
{
    int64_t now = clock_monotonic_ms();
    int64_t next = pace->next_ms;

    return (next == 0 || now >= next) &&
           atomic_compare_exchange_strong(&pace->next_ms, &next, now + interval_ms);
}
