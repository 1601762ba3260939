// Device rows held in memory for the length of a batch.
#include "server/store/device_gather.h"

#include <stdlib.h>
#include <string.h>

#define ROWS ((size_t)1024)
#define SLOTS (2 * ROWS) // of the hash table; a power of 2

struct device_gather {
    size_t count;
    uint16_t slots[SLOTS]; // index of the row + 1; 0: free
    struct device_gather_row rows[ROWS];
};

struct device_gather *device_gather_new(void)
{
    return calloc(1, sizeof(struct device_gather));
}

void device_gather_free(struct device_gather *gather)
{
    if (gather == NULL)
        return;
    device_gather_clear(gather);
    free(gather);
}

// The slot of that key, or the free one where it would be.
static uint16_t *slot_of(struct device_gather *gather, int64_t key)
{
    uint64_t hash = (uint64_t)key * 0x9e3779b97f4a7c15u; // Fibonacci hashing
    size_t i = (size_t)(hash >> 40) % SLOTS;

    while (gather->slots[i] != 0 && gather->rows[gather->slots[i] - 1].key != key)
        i = (i + 1) % SLOTS;
    return &gather->slots[i];
}

struct device_gather_row *device_gather_find(struct device_gather *gather, int64_t key)
{
    uint16_t slot = *slot_of(gather, key);

    return slot != 0 ? &gather->rows[slot - 1] : NULL;
}

struct device_gather_row *device_gather_add(
    struct device_gather *gather, int64_t key, const struct device_record *device)
{
    struct device_gather_row *row;

    if (gather->count == ROWS)
        return NULL;
    row = &gather->rows[gather->count++];
    *slot_of(gather, key) = (uint16_t)gather->count;
    row->key = key;
    row->device = *device;
    row->status_json = NULL;
    row->changed = false;
    return row;
}

struct device_gather_row *device_gather_at(struct device_gather *gather, size_t i)
{
    return i < gather->count ? &gather->rows[i] : NULL;
}

void device_gather_clear(struct device_gather *gather)
{
    for (size_t i = 0; i < gather->count; i++)
        free(gather->rows[i].status_json);
    gather->count = 0;
    memset(gather->slots, 0, sizeof gather->slots);
}
