// Shares of a queue: how many places each source holds.
#include "server/store/store_share.h"

#include <stdlib.h>

struct place {
    int64_t source;
    uint64_t count; // 0: free
};

struct store_share {
    size_t mask; // of the hash table's size, a power of 2 and at least twice the queue's
    struct place table[];
};

struct store_share *store_share_new(size_t places)
{
    size_t size = 2;

    while (size < 2 * places)
        size *= 2;

    struct store_share *share = calloc(1, sizeof *share + size * sizeof share->table[0]);

    if (share != NULL)
        share->mask = size - 1;
    return share;
}

void store_share_free(struct store_share *share)
{
    free(share);
}

static size_t home_of(const struct store_share *share, int64_t source)
{
    uint64_t hash = (uint64_t)source * 0x9e3779b97f4a7c15u; // Fibonacci hashing

    return (size_t)(hash >> 32) & share->mask;
}

// Where the source stands, or the free place where it would.
static size_t find(const struct store_share *share, int64_t source)
{
    size_t i = home_of(share, source);

    while (share->table[i].count > 0 && share->table[i].source != source)
        i = (i + 1) & share->mask;
    return i;
}

bool store_share_take(struct store_share *share, int64_t source, size_t free_places)
{
    struct place *place = &share->table[find(share, source)];

    if (place->count >= free_places / STORE_SHARE_PART)
        return false;
    place->source = source;
    place->count++;
    return true;
}

void store_share_force(struct store_share *share, int64_t source)
{
    struct place *place = &share->table[find(share, source)];

    place->source = source;
    place->count++;
}

// Closes the gap at i: whoever stands behind it and belongs before it moves there.
static void close_gap(struct store_share *share, size_t i)
{
    for (size_t k = (i + 1) & share->mask; share->table[k].count > 0; k = (k + 1) & share->mask) {
        size_t distance = (k - home_of(share, share->table[k].source)) & share->mask;

        if (distance < ((k - i) & share->mask))
            continue;
        share->table[i] = share->table[k];
        share->table[k].count = 0;
        i = k;
    }
}

void store_share_give(struct store_share *share, int64_t source)
{
    size_t i = find(share, source);

    if (share->table[i].count > 0 && --share->table[i].count == 0)
        close_gap(share, i);
}
