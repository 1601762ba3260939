// How often connections were refused.
#include "server/broker/refusals.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct token_bucket_rate each = {1, 600000, 10}; // one in ten minutes
static const struct token_bucket_rate all = {1, 60000, 1000}; // one a minute

// The fingerprint is hex of a hash: its first digits spread well.
static size_t place_of(const char *fingerprint)
{
    char digits[9] = {0};

    memcpy(digits, fingerprint, sizeof digits - 1);
    return strtoul(digits, NULL, 16) % REFUSALS_PLACES;
}

bool refusals_add(struct refusals *refusals, const char *fingerprint, int64_t now_ms)
{
    bool few = token_bucket_take(&refusals->places[place_of(fingerprint)], &each, now_ms, 1);

    return !token_bucket_take(&refusals->all, &all, now_ms, 1) || !few;
}

bool refusals_are_many(const struct refusals *refusals, const char *fingerprint, int64_t now_ms)
{
    return token_bucket_is_empty(&refusals->places[place_of(fingerprint)], &each, now_ms) ||
           token_bucket_is_empty(&refusals->all, &all, now_ms);
}
