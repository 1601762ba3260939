// Rates with a burst.
#include "server/broker/token_bucket.h"

// What is still spent at now_ms.
static int64_t spent_at(
    const struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms)
{
    int64_t elapsed_ms = now_ms - bucket->at_ms;
    // At most 10^8 tokens, in thousandths, times a day: that fits.
    int64_t full_after_ms = bucket->spent_milli * rate->in_ms / ((int64_t)rate->tokens * 1000) + 1;

    if (elapsed_ms <= 0)
        return bucket->spent_milli;
    if (elapsed_ms >= full_after_ms)
        return 0;

    int64_t back = elapsed_ms * ((int64_t)rate->tokens * 1000) / rate->in_ms;

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

void token_bucket_give(struct token_bucket *bucket, size_t n)
{
    if (n >= (uint64_t)bucket->spent_milli / 1000)
        bucket->spent_milli = 0;
    else
        bucket->spent_milli -= (int64_t)n * 1000;
}

bool token_bucket_is_empty(
    const struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms)
{
    return spent_at(bucket, rate, now_ms) + 1000 > (int64_t)rate->burst * 1000;
}
