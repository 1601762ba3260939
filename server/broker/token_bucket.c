// Rates with a burst.
#include "server/broker/token_bucket.h"

// What is still spent at now_ms.
static int64_t spent_at(
    const struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms)
{
    int64_t elapsed_ms = now_ms - bucket->at_ms;

    if (elapsed_ms <= 0)
        return bucket->spent_milli;
    // per_1000_s tokens in 10^6 ms are as many thousandths of a token in 10^3 ms.
    if (elapsed_ms >= INT64_MAX / (rate->per_1000_s + 1))
        return 0;

    int64_t back = elapsed_ms * rate->per_1000_s / 1000;

    return back >= bucket->spent_milli ? 0 : bucket->spent_milli - back;
}

bool token_bucket_take(
    struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms, uint32_t n)
{
    int64_t spent = spent_at(bucket, rate, now_ms);

    if (spent + (int64_t)n * 1000 > (int64_t)rate->burst * 1000)
        return false; // at_ms stays, so that fractions are not lost to whoever asks often
    bucket->spent_milli = spent + (int64_t)n * 1000;
    if (now_ms > bucket->at_ms)
        bucket->at_ms = now_ms;
    return true;
}

bool token_bucket_is_full(
    const struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms)
{
    return spent_at(bucket, rate, now_ms) == 0;
}
