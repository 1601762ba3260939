#ifndef DOWNLOAD_STORE_H
#define DOWNLOAD_STORE_H

#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"
#include "server/model/image.h"
#include "server/store/store.h"

// What devices have downloaded: parts of files, and the image that is ready to be installed.

// Parts of one file by its content. A device has one such row for each name of a file at most.
struct download_store_parts {
    char mac[MAC_SIZE];
    const char *file;
    const char *sha256; // of the whole file
    int64_t size_bytes;
};

// The spans that were put for this very content, a text that the caller frees; NULL if there are
// none.
ERR_CHECKED int download_store_get_parts(struct store_connection *connection,
    const struct download_store_parts *parts, char **spans, struct err *err);

// Replaces those of the file, whatever content they were of. ERR_NOT_FOUND without the device.
ERR_CHECKED int download_store_put_parts(struct store_connection *connection,
    const struct download_store_parts *parts, const char *spans, struct err *err);
ERR_CHECKED int download_store_remove_parts(
    struct store_connection *connection, const char *mac, const char *file, struct err *err);

// The image that a device has downloaded and not installed since.
struct download_store_staged {
    char mac[MAC_SIZE];
    char image[IMAGE_NAME_SIZE];
    char sha256[IMAGE_SHA256_SIZE]; // "" if that is not known
    int64_t at_ms;
};

// ERR_NOT_FOUND if none is known.
ERR_CHECKED int download_store_get_staged(struct store_connection *connection, const char *mac,
    struct download_store_staged *out, struct err *err);
ERR_CHECKED int download_store_stage(struct store_connection *connection,
    const struct download_store_staged *staged, struct err *err);
ERR_CHECKED int download_store_unstage(
    struct store_connection *connection, const char *mac, struct err *err);

// Calls each() for every image that devices have staged, with how many have.
ERR_CHECKED int download_store_each_staged(struct store_connection *connection,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err);

// Calls each() for every device that has staged the image, by MAC, until it returns non-zero, which
// is then returned.
ERR_CHECKED int download_store_each_holder(struct store_connection *connection, const char *image,
    int (*each)(const char *mac, void *ctx), void *ctx, struct err *err);

// Removes all that is known of a device here.
ERR_CHECKED int download_store_forget(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
