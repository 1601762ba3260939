// Once per device and hour, in bounded memory.
#include "server/ingest/hourly.h"

#include <stdlib.h>
#include <string.h>

#include "common/mac.h"

#define SLOTS 4096 // so many devices are logged in an hour at most
#define PROBES 16
#define HOUR_MS 3600000

struct hourly {
    struct {
        char mac[MAC_SIZE];
        int64_t until_ms; // not before that again; 0 if the slot is free
    } slots[SLOTS];
};

struct hourly *hourly_new(void)
{
    return calloc(1, sizeof(struct hourly));
}

void hourly_free(struct hourly *hourly)
{
    free(hourly);
}

static size_t hash(const char *mac)
{
    uint32_t h = 2166136261u; // FNV-1a

    for (; *mac != '\0'; mac++)
        h = (h ^ (unsigned char)*mac) * 16777619u;
    return h % SLOTS;
}

bool hourly_is_due(struct hourly *hourly, const char *mac, int64_t now_ms)
{
    size_t first = hash(mac);
    size_t found = SLOTS;

    for (size_t k = 0; k < PROBES; k++) {
        size_t i = (first + k) % SLOTS;
        bool recent = hourly->slots[i].until_ms > now_ms;

        if (recent && strcmp(hourly->slots[i].mac, mac) == 0)
            return false;
        if (!recent && found == SLOTS)
            found = i;
    }
    if (found == SLOTS)
        return false;
    memcpy(hourly->slots[found].mac, mac, MAC_SIZE);
    hourly->slots[found].until_ms = now_ms + HOUR_MS;
    return true;
}
