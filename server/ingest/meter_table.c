// Devices by their key, in a hash table that grows.
#include "server/ingest/meter_table.h"

#include <stdlib.h>

#define SIZE_MIN ((size_t)256)

void meter_table_clear(struct meter_table *table)
{
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i] != NULL)
            free(table->slots[i]->left_out);
        free(table->slots[i]);
    }
    free(table->slots);
    *table = (struct meter_table){0};
}

// The slot of that key, or the free one where it would be. The table has free ones.
static struct meter_device **slot_of(const struct meter_table *table, int64_t key)
{
    uint64_t hash = (uint64_t)key * 0x9e3779b97f4a7c15u; // Fibonacci hashing
    size_t i = (size_t)(hash >> 32) & (table->size - 1);

    while (table->slots[i] != NULL && table->slots[i]->key != key)
        i = (i + 1) & (table->size - 1);
    return &table->slots[i];
}

struct meter_device *meter_table_find(const struct meter_table *table, int64_t key)
{
    return table->size > 0 ? *slot_of(table, key) : NULL;
}

// Half of the slots are free afterwards, at least. False without memory.
static bool grow(struct meter_table *table)
{
    struct meter_table bigger = {
        .size = table->size > 0 ? 2 * table->size : SIZE_MIN, .count = table->count};

    bigger.slots = calloc(bigger.size, sizeof(struct meter_device *));
    if (bigger.slots == NULL)
        return false;
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i] != NULL)
            *slot_of(&bigger, table->slots[i]->key) = table->slots[i];
    }
    free(table->slots);
    *table = bigger;
    return true;
}

struct meter_device *meter_table_add(struct meter_table *table, int64_t key)
{
    if (2 * (table->count + 1) > table->size && !grow(table))
        return NULL;

    struct meter_device *device = calloc(1, sizeof *device);

    if (device == NULL)
        return NULL;
    device->key = key;
    *slot_of(table, key) = device;
    table->count++;
    return device;
}
