// How many certificates were signed within an hour.
#include "server/signer/signer_hour.h"

#include <stdlib.h>

struct signer_hour {
    size_t most;
    size_t count;     // of those that are kept
    size_t next;      // the place of the next one, and of the oldest if all are taken
    int64_t *when_ms; // most of them, a ring
};

int signer_hour_new(size_t most, struct signer_hour **out)
{
    struct signer_hour *hour = calloc(1, sizeof *hour);

    if (hour != NULL)
        hour->when_ms = calloc(most, sizeof *hour->when_ms);
    if (hour == NULL || hour->when_ms == NULL) {
        free(hour);
        return ERR_NO_MEMORY;
    }
    hour->most = most;
    *out = hour;
    return 0;
}

void signer_hour_free(struct signer_hour *hour)
{
    if (hour == NULL)
        return;
    free(hour->when_ms);
    free(hour);
}

bool signer_hour_has_room(const struct signer_hour *hour, int64_t now_ms)
{
    return hour->count < hour->most || now_ms - hour->when_ms[hour->next] >= SIGNER_HOUR_MS;
}

void signer_hour_count(struct signer_hour *hour, int64_t at_ms)
{
    hour->when_ms[hour->next] = at_ms;
    hour->next = (hour->next + 1) % hour->most;
    if (hour->count < hour->most)
        hour->count++;
}

size_t signer_hour_most(const struct signer_hour *hour)
{
    return hour->most;
}

int signer_hour_set_most(struct signer_hour *hour, size_t most)
{
    struct signer_hour *other;
    size_t first = (hour->next + hour->most - hour->count) % hour->most;
    int rc = signer_hour_new(most, &other);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < hour->count; i++)
        signer_hour_count(other, hour->when_ms[(first + i) % hour->most]);
    free(hour->when_ms);
    *hour = *other;
    free(other);
    return 0;
}
