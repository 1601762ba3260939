// The cache of TLS sessions.
#include "server/http/http_sessions.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 8192 // about 2 KB each when taken
#define SHARDS 16   // locks
#define ID_MAX 32   // RFC 5246, 7.4.1.2
#define LIFETIME_S (24 * 3600)

struct place {
    uint8_t id[ID_MAX];
    size_t id_size;
    uint8_t *data;
    size_t size;
};

struct http_sessions {
    pthread_mutex_t locks[SHARDS];
    struct place places[PLACES];
};

int http_sessions_new(struct http_sessions **out)
{
    struct http_sessions *sessions = calloc(1, sizeof *sessions);

    if (sessions == NULL)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_init(&sessions->locks[i], NULL);
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
    for (size_t i = 0; i < PLACES; i++)
        clear(&sessions->places[i]);
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&sessions->locks[i]);
    free(sessions);
}

// IDs are random bytes of our own making, so their first bytes are as good as a hash.
static size_t place_of(gnutls_datum_t id)
{
    uint32_t hash = 0;

    memcpy(&hash, id.data, id.size < sizeof hash ? id.size : sizeof hash);
    return hash % PLACES;
}

static int is_at(const struct place *place, gnutls_datum_t id)
{
    return place->id_size == id.size && memcmp(place->id, id.data, id.size) == 0;
}

static int store(void *ctx, gnutls_datum_t id, gnutls_datum_t data)
{
    struct http_sessions *sessions = ctx;
    size_t i = place_of(id);
    struct place *place = &sessions->places[i];
    uint8_t *copy = id.size <= ID_MAX ? malloc(data.size) : NULL;

    if (copy == NULL)
        return -1;
    memcpy(copy, data.data, data.size);
    pthread_mutex_lock(&sessions->locks[i % SHARDS]);
    clear(place);
    memcpy(place->id, id.data, id.size);
    place->id_size = id.size;
    place->data = copy;
    place->size = data.size;
    pthread_mutex_unlock(&sessions->locks[i % SHARDS]);
    return 0;
}

static gnutls_datum_t retrieve(void *ctx, gnutls_datum_t id)
{
    struct http_sessions *sessions = ctx;
    size_t i = place_of(id);
    const struct place *place = &sessions->places[i];
    gnutls_datum_t found = {NULL, 0};

    pthread_mutex_lock(&sessions->locks[i % SHARDS]);
    if (is_at(place, id))
        found.data = gnutls_malloc(place->size); // GnuTLS frees it
    if (found.data != NULL) {
        memcpy(found.data, place->data, place->size);
        found.size = (unsigned)place->size;
    }
    pthread_mutex_unlock(&sessions->locks[i % SHARDS]);
    return found;
}

static int drop(void *ctx, gnutls_datum_t id)
{
    struct http_sessions *sessions = ctx;
    size_t i = place_of(id);

    pthread_mutex_lock(&sessions->locks[i % SHARDS]);
    if (is_at(&sessions->places[i], id))
        clear(&sessions->places[i]);
    pthread_mutex_unlock(&sessions->locks[i % SHARDS]);
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
