#ifndef IMAGE_DESCRIPTOR_BUILD_H
#define IMAGE_DESCRIPTOR_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "common/image_descriptor.h"
#include "server/base/err.h"
#include "server/pki/public_key.h"

// A descriptor, encoded.
struct image_descriptor_build_block {
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];
    size_t size_bytes;
};

// Makes the descriptor of an image of that name that trusts count keys. ERR_INVALID if the name is
// none or there are not 1 to IMAGE_DESCRIPTOR_KEYS_MAX keys.
ERR_CHECKED int image_descriptor_build(const char *name, const struct public_key *keys,
    size_t count, struct image_descriptor_build_block *out, struct err *err);

// Puts a descriptor behind the n bytes of a body, which zeros fill up to the alignment; the caller
// frees *out. ERR_CONFLICT if the body has a descriptor already, ERR_NO_MEMORY.
ERR_CHECKED int image_descriptor_build_append(const uint8_t *body, size_t n,
    const struct image_descriptor_build_block *block, uint8_t **out, size_t *size);

// How many of the n bytes of a body stand before the descriptor at its very end; 0 if there is
// none.
size_t image_descriptor_build_strip(const uint8_t *body, size_t n);

#endif
