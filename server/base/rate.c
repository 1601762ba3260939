// How much may come in a time.
#include "server/base/rate.h"

bool rate_take(int64_t *used_until_us, const struct rate *rate, int64_t n, int64_t now_us)
{
    int64_t used = *used_until_us > now_us ? *used_until_us - now_us : 0;

    if (n > rate->burst || used > (rate->burst - n) * rate->interval_us)
        return false;
    *used_until_us = now_us + used + n * rate->interval_us;
    return true;
}
