#ifndef IMAGE_STORE_H
#define IMAGE_STORE_H

#include "server/model/image.h"
#include "server/store/store.h"

// Images and the keys that verify them.

// ERR_CONFLICT if an image of that name exists.
ERR_CHECKED int image_store_add(
    struct store_connection *connection, const struct image *image, struct err *err);

// Writes state, signer, published_at_ms, layout and must_pass of a stored image. ERR_NOT_FOUND.
ERR_CHECKED int image_store_update(
    struct store_connection *connection, const struct image *image, struct err *err);

// Removes an image; its file is not the store's. ERR_NOT_FOUND.
ERR_CHECKED int image_store_remove(
    struct store_connection *connection, const char *name, struct err *err);

// Calls each() for every image, in no order, until it returns non-zero, which is then returned.
ERR_CHECKED int image_store_each(struct store_connection *connection,
    int (*each)(const struct image *image, void *ctx), void *ctx, struct err *err);

// The SHA-256 of the image of that name, or "".
ERR_CHECKED int image_store_get_sha256(struct store_connection *connection, const char *name,
    char out[IMAGE_SHA256_SIZE], struct err *err);

// ERR_CONFLICT if the key or its name exists.
ERR_CHECKED int image_store_add_key(
    struct store_connection *connection, const struct image_key *key, struct err *err);

ERR_CHECKED int image_store_each_key(struct store_connection *connection,
    int (*each)(const struct image_key *key, void *ctx), void *ctx, struct err *err);

// at_ms 0: it is in use again. ERR_NOT_FOUND.
ERR_CHECKED int image_store_retire_key(
    struct store_connection *connection, const char *id, int64_t at_ms, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int image_store_remove_key(
    struct store_connection *connection, const char *id, struct err *err);

#endif
