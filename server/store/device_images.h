#ifndef DEVICE_IMAGES_H
#define DEVICE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/image_name.h"
#include "server/store/store.h"

// Images by what their names say, which SQL cannot read: for conditions on devices.

#define DEVICE_IMAGES_MAX 500 // in one list

// A list of names, each once. Begins as {0}; the caller clears it, also after an error.
struct device_images {
    char (*names)[IMAGE_NAME_SIZE];
    size_t count, capacity;
};

void device_images_clear(struct device_images *images);

// Whether they have the same names, in whatever order.
bool device_images_equal(const struct device_images *a, const struct device_images *b);

// Writes the next of the images that devices run, in order; begins behind "". 1, 0 if there is
// none, or an error.
ERR_CHECKED int device_images_next(
    struct store_connection *connection, char name[IMAGE_NAME_SIZE], struct err *err);

// Both append to *out: ERR_TOO_LARGE beyond DEVICE_IMAGES_MAX, ERR_NO_MEMORY, ERR_IO.

ERR_CHECKED int device_images_append(
    struct device_images *images, const char *name, struct err *err);

// What devices run of a board of that name, or that fits the pattern (select_match()). What is no
// image's name has the board "".
ERR_CHECKED int device_images_of_board(struct store_connection *connection, const char *board,
    bool is_pattern, struct device_images *out, struct err *err);

#endif
