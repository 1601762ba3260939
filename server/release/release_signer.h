#ifndef RELEASE_SIGNER_H
#define RELEASE_SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/release/release.h"

// Which known key signed an image.

// Writes the id of the known key that verifies the n bytes of an image. False, and out untouched,
// if there is none.
bool release_signer_find(const struct release_catalogue *catalogue, const uint8_t *p, size_t n,
    char out[IMAGE_KEY_ID_SIZE]);

// Whether the known key of that id verifies them.
bool release_signer_verifies(
    const struct release_catalogue *catalogue, const char *key_id, const uint8_t *p, size_t n);

#endif
