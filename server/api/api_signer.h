#ifndef API_SIGNER_H
#define API_SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/api/api.h"
#include "server/model/image.h"

// Which known key signed an image.

// Writes the id of the known key that verifies the n bytes of an image. False, and out untouched,
// if there is none.
bool api_signer_find(
    const struct api *api, const uint8_t *p, size_t n, char out[IMAGE_KEY_ID_SIZE]);

// Looks for the key of the image of that name, or (NULL) of every image, that no key verified so
// far, and records it: its key may have become known after it, or while it was added.
void api_signer_record(const struct api *api, const char *name);

#endif
