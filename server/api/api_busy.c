// Keys of requests that are under way.
#include "server/api/api_busy.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct api_busy {
    pthread_mutex_t lock; // over the next
    struct api_busy_place *first;
};

int api_busy_new(struct api_busy **out)
{
    struct api_busy *busy = calloc(1, sizeof *busy);

    if (busy == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&busy->lock, NULL);
    *out = busy;
    return 0;
}

void api_busy_free(struct api_busy *busy)
{
    if (busy == NULL)
        return;
    pthread_mutex_destroy(&busy->lock);
    free(busy);
}

bool api_busy_enter(struct api_busy *busy, struct api_busy_place *place, const char *key)
{
    struct api_busy_place *other;

    pthread_mutex_lock(&busy->lock);
    for (other = busy->first; other != NULL && strcmp(other->key, key) != 0; other = other->next)
        ;
    if (other == NULL) {
        *place = (struct api_busy_place){key, busy->first};
        busy->first = place;
    }
    pthread_mutex_unlock(&busy->lock);
    return other == NULL;
}

void api_busy_leave(struct api_busy *busy, struct api_busy_place *place)
{
    struct api_busy_place **link = &busy->first;

    pthread_mutex_lock(&busy->lock);
    while (*link != place)
        link = &(*link)->next;
    *link = place->next;
    pthread_mutex_unlock(&busy->lock);
}
