// The cache of TLS sessions.
#include "server/http/http_sessions.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SETS 1024 // by the ID; each with a lock of its own
#define WAYS 8    // sessions of a set, about 2 KB each; the oldest gives way
#define ID_MAX 32 // RFC 5246, 7.4.1.2
#define LIFETIME_S (24 * 3600)

struct place {
    uint8_t id[ID_MAX];
    size_t id_size;
    uint8_t *data;
    size_t size;
};

struct set {
    pthread_mutex_t lock; // guards all below
    unsigned next;        // place that the next session takes
    struct place places[WAYS];
};

struct http_sessions {
    struct set sets[SETS];
};

int http_sessions_new(struct http_sessions **out)
{
    struct http_sessions *sessions = calloc(1, sizeof *sessions);

    if (sessions == NULL)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < SETS; i++)
        pthread_mutex_init(&sessions->sets[i].lock, NULL);
    *out = sessions;
    return 0;
}

static void clear(struct place *place)
{
    if (place->data != NULL)
        explicit_bzero(place->data, place->size); // it holds the master secret
    free(place->data);
    memset(place, 0, sizeof *place);
}

void http_sessions_free(struct http_sessions *sessions)
{
    if (sessions == NULL)
        return;
    for (size_t i = 0; i < SETS; i++) {
        for (size_t k = 0; k < WAYS; k++)
            clear(&sessions->sets[i].places[k]);
        pthread_mutex_destroy(&sessions->sets[i].lock);
    }
    free(sessions);
}

// IDs are random bytes of our own making, so their first bytes are as good as a hash.
static struct set *set_of(struct http_sessions *sessions, gnutls_datum_t id)
{
    uint32_t hash = 0;

    memcpy(&hash, id.data, id.size < sizeof hash ? id.size : sizeof hash);
    return &sessions->sets[hash % SETS];
}

// With the set's lock held; NULL if it is not there.
static struct place *find(struct set *set, gnutls_datum_t id)
{
    for (size_t k = 0; k < WAYS; k++) {
        struct place *place = &set->places[k];

        if (place->data != NULL && place->id_size == id.size &&
            memcmp(place->id, id.data, id.size) == 0)
            return place;
    }
    return NULL;
}

static int store(void *ctx, gnutls_datum_t id, gnutls_datum_t data)
{
    struct set *set = set_of(ctx, id);
    uint8_t *copy = id.size <= ID_MAX ? malloc(data.size) : NULL;

    if (copy == NULL)
        return -1;
    memcpy(copy, data.data, data.size);
    pthread_mutex_lock(&set->lock);

    struct place *place = find(set, id);

    if (place == NULL)
        place = &set->places[set->next++ % WAYS];
    clear(place);
    memcpy(place->id, id.data, id.size);
    place->id_size = id.size;
    place->data = copy;
    place->size = data.size;
    pthread_mutex_unlock(&set->lock);
    return 0;
}

static gnutls_datum_t retrieve(void *ctx, gnutls_datum_t id)
{
    struct set *set = set_of(ctx, id);
    gnutls_datum_t found = {NULL, 0};

    pthread_mutex_lock(&set->lock);

    const struct place *place = find(set, id);

    if (place != NULL)
        found.data = gnutls_malloc(place->size); // GnuTLS frees it
    if (found.data != NULL) {
        memcpy(found.data, place->data, place->size);
        found.size = (unsigned)place->size;
    }
    pthread_mutex_unlock(&set->lock);
    return found;
}

static int drop(void *ctx, gnutls_datum_t id)
{
    struct set *set = set_of(ctx, id);

    pthread_mutex_lock(&set->lock);

    struct place *place = find(set, id);

    if (place != NULL)
        clear(place);
    pthread_mutex_unlock(&set->lock);
    return 0;
}

void http_sessions_attach(struct http_sessions *sessions, gnutls_session_t session)
{
    gnutls_db_set_ptr(session, sessions);
    gnutls_db_set_cache_expiration(session, LIFETIME_S);
    gnutls_db_set_store_function(session, store);
    gnutls_db_set_retrieve_function(session, retrieve);
    gnutls_db_set_remove_function(session, drop);
}
