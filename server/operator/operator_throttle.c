// How often who fails to log in may try.
#include "server/operator/operator_throttle.h"

#include <stddef.h>

#define SECOND_MS 1000u

static const struct rate name_rate = {
    1, OPERATOR_THROTTLE_NAME_S *SECOND_MS, OPERATOR_THROTTLE_NAME_TRIES};
static const struct rate address_rate = {
    1, OPERATOR_THROTTLE_ADDRESS_S *SECOND_MS, OPERATOR_THROTTLE_ADDRESS_TRIES};

// FNV-1a from a secret start; a NUL stands between the texts.
static uint64_t add(uint64_t hash, const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * 0x100000001b3u;
    return (hash ^ 0xff) * 0x100000001b3u;
}

static uint64_t key_of(
    const struct operator_throttle *throttle, const char *name, const char *address)
{
    uint64_t hash = add(0xcbf29ce484222325u ^ throttle->seed, address);

    hash = name != NULL ? add(hash, name) : hash;
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9u;
    return hash ^ hash >> 32 ? hash ^ hash >> 32 : 1;
}

// Its place, or the one that has recovered most.
static struct rate_use *find(struct operator_throttle *throttle, uint64_t key)
{
    struct operator_throttle_place *set = throttle->places[key % OPERATOR_THROTTLE_SETS];
    struct operator_throttle_place *best = &set[0];

    for (size_t i = 0; i < OPERATOR_THROTTLE_WAYS; i++) {
        if (set[i].key == key)
            return &set[i].use;
        if (set[i].use.until_ns < best->use.until_ns)
            best = &set[i];
    }
    *best = (struct operator_throttle_place){.key = key};
    return &best->use;
}

unsigned operator_throttle_take(
    struct operator_throttle *throttle, const char *name, const char *address, int64_t now_ms)
{
    struct rate_use *use = find(throttle, key_of(throttle, NULL, address));

    if (!rate_take(use, &address_rate, 1, now_ms))
        return OPERATOR_THROTTLE_ADDRESS_S;
    use = find(throttle, key_of(throttle, name, address));
    return rate_take(use, &name_rate, 1, now_ms) ? 0 : OPERATOR_THROTTLE_NAME_S;
}

void operator_throttle_give(
    struct operator_throttle *throttle, const char *name, const char *address)
{
    rate_give(find(throttle, key_of(throttle, NULL, address)), &address_rate, 1);
    rate_give(find(throttle, key_of(throttle, name, address)), &name_rate, 1);
}
