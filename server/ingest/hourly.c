// Once per key and hour, in bounded memory.
#include "server/ingest/hourly.h"

#include <stdlib.h>

#define PROBES 16
#define HOUR_MS 3600000

struct hourly {
    size_t lines;
    struct {
        uint64_t hash;    // of the key
        int64_t until_ms; // not before that again; 0 if the slot is free
    } slots[];
};

struct hourly *hourly_new(size_t lines)
{
    struct hourly *hourly = calloc(1, sizeof *hourly + lines * sizeof hourly->slots[0]);

    if (hourly != NULL)
        hourly->lines = lines;
    return hourly;
}

void hourly_free(struct hourly *hourly)
{
    free(hourly);
}

static uint64_t hash_of(const char *key)
{
    uint64_t hash = 14695981039346656037u; // FNV-1a

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    return hash;
}

bool hourly_is_due(struct hourly *hourly, const char *key, int64_t now_ms)
{
    uint64_t hash = hash_of(key);
    size_t first = (size_t)(hash % hourly->lines);
    size_t found = hourly->lines;

    for (size_t k = 0; k < PROBES; k++) {
        size_t i = (first + k) % hourly->lines;
        bool recent = hourly->slots[i].until_ms > now_ms;

        if (recent && hourly->slots[i].hash == hash)
            return false;
        if (!recent && found == hourly->lines)
            found = i;
    }
    if (found == hourly->lines)
        return false;
    hourly->slots[found].hash = hash;
    hourly->slots[found].until_ms = now_ms + HOUR_MS;
    return true;
}
