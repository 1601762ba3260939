#ifndef TOKEN_BUCKET_H
#define TOKEN_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A rate with a burst: so many tokens in a time in the long run, and at most the burst at once.
struct token_bucket_rate {
    uint32_t tokens; // at least 1
    uint32_t in_ms;  // at least 1, at most a day
    uint32_t burst;  // at least 1, at most 10^8
};

// All zero at the start: then full.
struct token_bucket {
    int64_t spent_milli; // thousandths of tokens that are not yet back
    int64_t at_ms;
};

// Takes n tokens if they are there; more than the burst never are. now_ms: a clock that never goes
// back.
bool token_bucket_take(
    struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms, uint32_t n);

// Gives n back that were taken, as far as they are still spent.
void token_bucket_give(struct token_bucket *bucket, size_t n);

// Whether there is none left.
bool token_bucket_is_empty(
    const struct token_bucket *bucket, const struct token_bucket_rate *rate, int64_t now_ms);

#endif
