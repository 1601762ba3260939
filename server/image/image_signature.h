#ifndef IMAGE_SIGNATURE_H
#define IMAGE_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "common/image_trailer.h"
#include "server/base/err.h"
#include "server/pki/public_key.h"

// Finds where body and signature of a signed image are. ERR_INVALID if it ends in no trailer.
ERR_CHECKED int image_signature_find_trailer(
    const uint8_t *p, size_t n, struct image_trailer *out, struct err *err);

// Finds which of count keys signed the image; *index is its place. ERR_DENIED if none did.
ERR_CHECKED int image_signature_find_signer(const uint8_t *p, size_t n,
    const struct public_key *keys, size_t count, size_t *index, struct err *err);

#endif
