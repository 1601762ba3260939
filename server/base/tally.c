// Counts what goes wrong, and bounds how often that is said.
#include "server/base/tally.h"

#include <stdatomic.h>

bool tally_add(struct tally *tally, uint64_t count, int64_t interval_ms)
{
    atomic_fetch_add(&tally->total, count);
    return count > 0 && pace_is_due(&tally->pace, interval_ms);
}
