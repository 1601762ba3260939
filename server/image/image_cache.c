// Images in memory, by their content.
#include "server/image/image_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/image/image_files.h"
#include "server/pki/digest.h"

#define PLACES 4 // images kept though nobody holds them

struct image_cache_bytes {
    _Atomic unsigned holders; // the cache is one
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    size_t n;
    uint8_t *p;
};

struct image_cache {
    const char *folder;
    pthread_mutex_t lock; // guards all below
    size_t next;          // place that the next image takes
    struct image_cache_bytes *places[PLACES];
};

int image_cache_new(const char *folder, struct image_cache **out, struct err *err)
{
    struct image_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for images");
    cache->folder = folder;
    pthread_mutex_init(&cache->lock, NULL);
    *out = cache;
    return 0;
}

void image_cache_free(struct image_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        image_cache_drop(cache->places[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static int load(const struct image_cache *cache, const char *sha256, struct image_cache_bytes **out,
    struct err *err)
{
    struct image_cache_bytes *bytes = calloc(1, sizeof *bytes);
    int rc;

    if (bytes == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an image");
    bytes->holders = 1;
    rc = image_files_read(cache->folder, sha256, &bytes->p, &bytes->n, err);
    if (rc == 0) {
        digest_sha256(bytes->p, bytes->n, bytes->sha256);
        if (strcmp(bytes->sha256, sha256) != 0)
            rc = err_set(err, ERR_IO, "the stored image %s has other bytes than it had", sha256);
    }
    if (rc < 0) {
        image_cache_drop(bytes);
        return rc;
    }
    *out = bytes;
    return 0;
}

// With the lock held.
static struct image_cache_bytes *find(const struct image_cache *cache, const char *sha256)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (cache->places[i] != NULL && strcmp(cache->places[i]->sha256, sha256) == 0)
            return cache->places[i];
    }
    return NULL;
}

// With the lock held, so that an image that many devices ask for at once is read once.
static int find_or_load(
    struct image_cache *cache, const char *sha256, struct image_cache_bytes **out, struct err *err)
{
    struct image_cache_bytes *bytes = find(cache, sha256);

    if (bytes == NULL) {
        struct image_cache_bytes **place = &cache->places[cache->next % PLACES];
        int rc = load(cache, sha256, &bytes, err);

        if (rc < 0)
            return rc;
        image_cache_drop(*place);
        *place = bytes;
        cache->next++;
    }
    bytes->holders++;
    *out = bytes;
    return 0;
}

int image_cache_hold(
    struct image_cache *cache, const char *sha256, struct image_cache_bytes **out, struct err *err)
{
    int rc;

    pthread_mutex_lock(&cache->lock);
    rc = find_or_load(cache, sha256, out, err);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

const uint8_t *image_cache_bytes(const struct image_cache_bytes *bytes, size_t *n)
{
    *n = bytes->n;
    return bytes->p;
}

void image_cache_drop(struct image_cache_bytes *bytes)
{
    if (bytes == NULL || --bytes->holders > 0)
        return;
    free(bytes->p);
    free(bytes);
}
