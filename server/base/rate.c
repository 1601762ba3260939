// How much may come in a time.
#include "server/base/rate.h"

#define MS_NS INT64_C(1000000)
#define LONGEST_NS (INT64_MAX / 4) // sums of some of these fit

// Dividing is most of what all this costs: once for each question.
static int64_t each_ns(const struct rate *rate)
{
    return (rate->in_ms * MS_NS + rate->count - 1) / rate->count;
}

// How long it takes until n more may come.
static int64_t cost(int64_t one_ns, size_t n)
{
    int64_t all_ns;

    if (__builtin_mul_overflow(n, one_ns, &all_ns) || all_ns > LONGEST_NS)
        return LONGEST_NS;
    return all_ns;
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
    int64_t one_ns = each_ns(rate);
    int64_t cost_ns = cost(one_ns, n);

    if (n > rate->burst || used_ns + cost_ns > cost(one_ns, rate->burst))
        return false;
    use->until_ns = now_ns + used_ns + cost_ns;
    return true;
}

void rate_give(struct rate_use *use, const struct rate *rate, size_t n)
{
    if (use->until_ns == 0)
        return;

    int64_t back_ns = cost(each_ns(rate), n);

    use->until_ns = use->until_ns > back_ns ? use->until_ns - back_ns : 0;
}

bool rate_is_spent(const struct rate_use *use, const struct rate *rate, int64_t now_ms)
{
    int64_t one_ns = each_ns(rate);

    return used_at(use, to_ns(now_ms)) + cost(one_ns, 1) > cost(one_ns, rate->burst);
}
