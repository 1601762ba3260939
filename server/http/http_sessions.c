// The cache of TLS sessions.
#include "server/http/http_sessions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096
#define ID_MAX 32 // RFC 5246, 7.4.1.2
#define LIFETIME_S (24 * 3600)

struct kept {
    struct kept *next_id, *next_of_client; // in their buckets
    struct kept *older, *newer;
    uint64_t client;
    size_t size;
    size_t id_size;
    uint8_t id[ID_MAX];
    uint8_t data[];
};

struct http_sessions {
    pthread_mutex_t lock; // guards all below
    struct kept *by_id[BUCKETS];
    struct kept *by_client[BUCKETS]; // the newest first
    struct kept *oldest, *newest;
    size_t count, bytes;
};

int http_sessions_new(struct http_sessions **out)
{
    struct http_sessions *sessions = calloc(1, sizeof *sessions);

    if (sessions == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&sessions->lock, NULL);
    *out = sessions;
    return 0;
}

// IDs are random bytes of our own making, so their first bytes are as good as a hash.
static struct kept **bucket_of_id(struct http_sessions *sessions, const uint8_t *id, size_t n)
{
    uint32_t hash = 0;

    memcpy(&hash, id, n < sizeof hash ? n : sizeof hash);
    return &sessions->by_id[hash % BUCKETS];
}

static struct kept **bucket_of_client(struct http_sessions *sessions, uint64_t client)
{
    return &sessions->by_client[client % BUCKETS];
}

static size_t size_of(const struct kept *kept)
{
    return sizeof *kept + kept->size;
}

static void link_in(struct http_sessions *sessions, struct kept *kept)
{
    struct kept **by_id = bucket_of_id(sessions, kept->id, kept->id_size);
    struct kept **by_client = bucket_of_client(sessions, kept->client);

    kept->next_id = *by_id;
    *by_id = kept;
    kept->next_of_client = *by_client;
    *by_client = kept;
    kept->older = sessions->newest;
    *(kept->older != NULL ? &kept->older->newer : &sessions->oldest) = kept;
    sessions->newest = kept;
    sessions->count++;
    sessions->bytes += size_of(kept);
}

static void drop(struct http_sessions *sessions, struct kept *kept)
{
    struct kept **at = bucket_of_id(sessions, kept->id, kept->id_size);

    while (*at != kept)
        at = &(*at)->next_id;
    *at = kept->next_id;
    for (at = bucket_of_client(sessions, kept->client); *at != kept;)
        at = &(*at)->next_of_client;
    *at = kept->next_of_client;
    *(kept->older != NULL ? &kept->older->newer : &sessions->oldest) = kept->newer;
    *(kept->newer != NULL ? &kept->newer->older : &sessions->newest) = kept->older;
    sessions->count--;
    sessions->bytes -= size_of(kept);
    explicit_bzero(kept->data, kept->size); // it holds the master secret
    free(kept);
}

void http_sessions_free(struct http_sessions *sessions)
{
    if (sessions == NULL)
        return;
    while (sessions->oldest != NULL)
        drop(sessions, sessions->oldest);
    pthread_mutex_destroy(&sessions->lock);
    free(sessions);
}

// With the lock held; NULL if it is not there.
static struct kept *find(struct http_sessions *sessions, gnutls_datum_t id)
{
    struct kept *kept = *bucket_of_id(sessions, id.data, id.size);

    while (kept != NULL && (kept->id_size != id.size || memcmp(kept->id, id.data, id.size) != 0))
        kept = kept->next_id;
    return kept;
}

static void make_room(struct http_sessions *sessions, uint64_t client, size_t bytes)
{
    struct kept *oldest = NULL;
    unsigned count = 0;

    for (struct kept *k = *bucket_of_client(sessions, client); k != NULL; k = k->next_of_client) {
        if (k->client == client) {
            oldest = k;
            count++;
        }
    }
    if (count >= HTTP_SESSIONS_PER_CLIENT)
        drop(sessions, oldest);
    while (sessions->oldest != NULL && sessions->bytes + bytes > HTTP_SESSIONS_BYTES)
        drop(sessions, sessions->oldest);
}

int http_sessions_store(void *ctx, gnutls_datum_t id, gnutls_datum_t data)
{
    const struct http_sessions_user *user = ctx;
    struct http_sessions *sessions = user->sessions;
    struct kept *kept, *earlier;

    if (id.size > ID_MAX || data.size > HTTP_SESSIONS_SIZE_MAX)
        return -1;
    kept = calloc(1, sizeof *kept + data.size);
    if (kept == NULL)
        return -1;
    kept->client = user->client;
    kept->id_size = id.size;
    memcpy(kept->id, id.data, id.size);
    kept->size = data.size;
    memcpy(kept->data, data.data, data.size);
    pthread_mutex_lock(&sessions->lock);
    earlier = find(sessions, id);
    if (earlier != NULL)
        drop(sessions, earlier);
    make_room(sessions, kept->client, size_of(kept));
    link_in(sessions, kept);
    pthread_mutex_unlock(&sessions->lock);
    return 0;
}

static gnutls_datum_t retrieve(void *ctx, gnutls_datum_t id)
{
    const struct http_sessions_user *user = ctx;
    struct http_sessions *sessions = user->sessions;
    gnutls_datum_t found = {NULL, 0};

    pthread_mutex_lock(&sessions->lock);

    const struct kept *kept = find(sessions, id);

    if (kept != NULL)
        found.data = gnutls_malloc(kept->size); // GnuTLS frees it
    if (found.data != NULL) {
        memcpy(found.data, kept->data, kept->size);
        found.size = (unsigned)kept->size;
    }
    pthread_mutex_unlock(&sessions->lock);
    return found;
}

static int forget(void *ctx, gnutls_datum_t id)
{
    const struct http_sessions_user *user = ctx;
    struct http_sessions *sessions = user->sessions;

    pthread_mutex_lock(&sessions->lock);

    struct kept *kept = find(sessions, id);

    if (kept != NULL)
        drop(sessions, kept);
    pthread_mutex_unlock(&sessions->lock);
    return 0;
}

void http_sessions_attach(struct http_sessions_user *user, gnutls_session_t session)
{
    gnutls_db_set_ptr(session, user);
    gnutls_db_set_cache_expiration(session, LIFETIME_S);
    gnutls_db_set_store_function(session, http_sessions_store);
    gnutls_db_set_retrieve_function(session, retrieve);
    gnutls_db_set_remove_function(session, forget);
}

void http_sessions_count(struct http_sessions *sessions, size_t *count, size_t *bytes)
{
    pthread_mutex_lock(&sessions->lock);
    *count = sessions->count;
    *bytes = sessions->bytes;
    pthread_mutex_unlock(&sessions->lock);
}
