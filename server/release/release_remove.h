#ifndef RELEASE_REMOVE_H
#define RELEASE_REMOVE_H

#include "server/release/release.h"

// Taking images out of the catalogue, where nothing needs them. Durable, and seen by every
// later release_hold(), when they return.

// Writes the SHA-256 of its file to removed. ERR_NOT_FOUND; ERR_CONFLICT, and who needs it, if it
// is published, or, unless forced, runs on a device, is downloaded by one, or is the only known
// step from an image to a later one.
struct release_remove_wish {
    const char *name;
    bool force;
    const struct audit_author *by;
};
ERR_CHECKED int release_remove_image(struct release *release,
    const struct release_remove_wish *wish, char removed[IMAGE_SHA256_SIZE], struct err *err);

#endif
