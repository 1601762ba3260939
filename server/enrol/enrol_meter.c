// How often each of many may ask.
#include "server/enrol/enrol_meter.h"

#include <pthread.h>
#include <stdlib.h>

#define WAYS 8 // places in which one may be
#define MS_NS INT64_C(1000000)

struct place {
    uint64_t number; // of whom; 0: nobody
    struct rate_use use;
};

struct enrol_meter {
    struct rate rate;
    pthread_mutex_t lock;
    struct place places[ENROL_METER_PLACES];
};

int enrol_meter_new(const struct rate *rate, struct enrol_meter **out)
{
    struct enrol_meter *meter = calloc(1, sizeof *meter);

    if (meter == NULL)
        return ERR_NO_MEMORY;
    meter->rate = *rate;
    pthread_mutex_init(&meter->lock, NULL);
    *out = meter;
    return 0;
}

void enrol_meter_free(struct enrol_meter *meter)
{
    if (meter == NULL)
        return;
    pthread_mutex_destroy(&meter->lock);
    free(meter);
}

static uint64_t number_of(const char *whom)
{
    uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a

    for (; *whom != '\0'; whom++)
        hash = (hash ^ (unsigned char)*whom) * UINT64_C(1099511628211);
    return hash != 0 ? hash : 1;
}

// Its place, or that of somebody who owes nothing any more; with neither the first one.
static struct place *find(struct enrol_meter *meter, uint64_t number, int64_t now_ms)
{
    struct place *first = &meter->places[number % (ENROL_METER_PLACES / WAYS) * WAYS];
    struct place *empty = NULL;

    for (struct place *place = first; place < first + WAYS; place++) {
        if (place->number == number)
            return place;
        if (empty == NULL && place->use.until_ns <= now_ms * MS_NS)
            empty = place;
    }
    if (empty == NULL)
        return first;
    *empty = (struct place){.number = number};
    return empty;
}

bool enrol_meter_take(struct enrol_meter *meter, const char *whom, int64_t now_ms)
{
    pthread_mutex_lock(&meter->lock);

    bool may = rate_take(&find(meter, number_of(whom), now_ms)->use, &meter->rate, 1, now_ms);

    pthread_mutex_unlock(&meter->lock);
    return may;
}
