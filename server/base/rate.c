// How much may come in a time.
#include "server/base/rate.h"

#define MS_NS INT64_C(1000000)
#define LONGEST_NS (INT64_MAX / 4) // sums of some of these fit

// How long it takes until n more may come.
static int64_t cost(const struct rate *rate, size_t n)
{
    int64_t each_ns = (rate->in_ms * MS_NS + rate->count - 1) / rate->count;

    return n > (uint64_t)(LONGEST_NS / each_ns) ? LONGEST_NS : (int64_t)n * each_ns;
}

static int64_t used_at(const struct rate_use *use, int64_t now_ns)
{
    return use->until_ns > now_ns ? use->until_ns - now_ns : 0;
}

static int64_t to_ns(int64_t ms)
{
    return ms < LONGEST_NS / MS_NS ? ms * MS_NS : LONGEST_NS;
}

bool rate_take(struct rate_use *use, const struct rate *rate, uint32_t n, int64_t now_ms)
{
    int64_t now_ns = to_ns(now_ms);
    int64_t used_ns = used_at(use, now_ns);

    if (n > rate->burst || used_ns + cost(rate, n) > cost(rate, rate->burst))
        return false;
    use->until_ns = now_ns + used_ns + cost(rate, n);
    return true;
}

void rate_give(struct rate_use *use, const struct rate *rate, size_t n)
{
    int64_t back_ns = cost(rate, n);

    use->until_ns = use->until_ns > back_ns ? use->until_ns - back_ns : 0;
}

bool rate_is_spent(const struct rate_use *use, const struct rate *rate, int64_t now_ms)
{
    return used_at(use, to_ns(now_ms)) + cost(rate, 1) > cost(rate, rate->burst);
}
