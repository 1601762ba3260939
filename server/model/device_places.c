// Devices that have the place of another.
#include "server/model/device_places.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    char mac[MAC_SIZE];
    char place[MAC_SIZE];
};

struct device_places {
    struct entry *entries; // by MAC
    size_t count;
    size_t room;
};

int device_places_new(struct device_places **out)
{
    struct device_places *places = calloc(1, sizeof *places);

    if (places == NULL)
        return ERR_NO_MEMORY;
    *out = places;
    return 0;
}

void device_places_free(struct device_places *places)
{
    if (places == NULL)
        return;
    free(places->entries);
    free(places);
}

int device_places_add(struct device_places *places, const char *mac, const char *place)
{
    if (places->count == places->room) {
        size_t room = places->room == 0 ? 16 : 2 * places->room;
        struct entry *grown = realloc(places->entries, room * sizeof *grown);

        if (grown == NULL)
            return ERR_NO_MEMORY;
        places->entries = grown;
        places->room = room;
    }

    struct entry *entry = &places->entries[places->count++];

    memcpy(entry->mac, mac, sizeof entry->mac);
    memcpy(entry->place, place, sizeof entry->place);
    return 0;
}

static int compare(const void *key, const void *entry)
{
    return strcmp(key, ((const struct entry *)entry)->mac);
}

const char *device_places_find(const struct device_places *places, const char *mac)
{
    if (places == NULL || places->count == 0)
        return NULL;

    const struct entry *entry =
        bsearch(mac, places->entries, places->count, sizeof *places->entries, compare);

    return entry != NULL ? entry->place : NULL;
}
