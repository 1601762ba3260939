// Which devices are announced.
#include "server/homeassistant/homeassistant_known.h"

#include <stdlib.h>
#include <string.h>

#include "server/model/homeassistant_topic.h"

#define FIRST 64

_Static_assert(HOMEASSISTANT_TOPIC_CONFIG == 0 && HOMEASSISTANT_TOPIC_STATE == 1 &&
                   HOMEASSISTANT_TOPIC_AVAILABILITY == 2,
    "they are the places of what is said");

void homeassistant_known_clear(struct homeassistant_known *known)
{
    for (size_t i = 0; i < known->count; i++)
        free(known->items[i].shown);
    free(known->items);
    *known = (struct homeassistant_known){0};
}

// Where it stands, or would.
static size_t place(const struct homeassistant_known *known, const char *mac)
{
    size_t low = 0;
    size_t high = known->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(known->items[middle].mac, mac) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_room(struct homeassistant_known *known)
{
    size_t capacity = known->capacity > 0 ? 2 * known->capacity : FIRST;
    struct homeassistant_known_device *items;

    if (known->count < known->capacity)
        return true;
    items = reallocarray(known->items, capacity, sizeof *items);
    if (items == NULL)
        return false;
    known->items = items;
    known->capacity = capacity;
    return true;
}

struct homeassistant_known_device *homeassistant_known_get(
    struct homeassistant_known *known, const char *mac)
{
    size_t i = place(known, mac);

    if (i < known->count && strcmp(known->items[i].mac, mac) == 0)
        return &known->items[i];
    if (!has_room(known))
        return NULL;
    memmove(&known->items[i + 1], &known->items[i], (known->count - i) * sizeof *known->items);
    known->items[i] = (struct homeassistant_known_device){0};
    memcpy(known->items[i].mac, mac, MAC_SIZE);
    known->count++;
    return &known->items[i];
}

void homeassistant_known_forget_said(struct homeassistant_known *known, bool configs)
{
    for (size_t i = 0; i < known->count; i++) {
        known->items[i].said[HOMEASSISTANT_TOPIC_CONFIG] = 0;
        if (configs)
            continue;
        known->items[i].said[HOMEASSISTANT_TOPIC_STATE] = 0;
        known->items[i].said[HOMEASSISTANT_TOPIC_AVAILABILITY] = 0;
    }
}

void homeassistant_known_sweep(struct homeassistant_known *known)
{
    size_t kept = 0;

    for (size_t i = 0; i < known->count; i++) {
        if (known->items[i].is_there)
            known->items[kept++] = known->items[i];
        else
            free(known->items[i].shown);
    }
    known->count = kept;
}

uint64_t homeassistant_known_hash(const void *p, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const uint8_t *byte = p; n > 0; byte++, n--)
        hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
    return hash != 0 ? hash : 1;
}
