// How often connections were refused.
#include "server/broker/refusals.h"

#include "server/pki/digest.h"

static const struct rate each = {1, 600000, 10}; // one in ten minutes
static const struct rate all = {1, 60000, 1000}; // one a minute

bool refusals_add(struct refusals *refusals, const char *fingerprint, int64_t now_ms)
{
    struct rate_use *use = &refusals->places[digest_place(fingerprint, REFUSALS_PLACES)];
    bool few = rate_take(use, &each, 1, now_ms);

    return !rate_take(&refusals->all, &all, 1, now_ms) || !few;
}

bool refusals_are_many(const struct refusals *refusals, const char *fingerprint, int64_t now_ms)
{
    const struct rate_use *use = &refusals->places[digest_place(fingerprint, REFUSALS_PLACES)];

    return rate_is_spent(use, &each, now_ms) || rate_is_spent(&refusals->all, &all, now_ms);
}
