#ifndef IMAGE_CACHE_H
#define IMAGE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// The images that devices download at present, in memory: a fleet that climbs wants one or two of
// them, over and over. Any thread.
struct image_cache;

// An image's bytes. Whoever holds them drops them.
struct image_cache_bytes;

// folder: as for image_files.h, borrowed until image_cache_free().
ERR_CHECKED int image_cache_new(const char *folder, struct image_cache **out, struct err *err);

// Those that are held stay until they are dropped.
void image_cache_free(struct image_cache *cache);

// The stored image with that SHA-256, read and compared with it if it is not in memory. Errors:
// ERR_NOT_FOUND; ERR_IO, also if the file has other bytes; others of file_read(). Others wait
// meanwhile, so that an image is read once however many want it.
ERR_CHECKED int image_cache_hold(
    struct image_cache *cache, const char *sha256, struct image_cache_bytes **out, struct err *err);

const uint8_t *image_cache_bytes(const struct image_cache_bytes *bytes, size_t *n);
void image_cache_drop(struct image_cache_bytes *bytes);

#endif
