#ifndef FIRMWARE_CORE_IMAGE_DIGEST_H
#define FIRMWARE_CORE_IMAGE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <mbedtls/sha256.h>

#include "common/image_trailer.h"
#include "firmware/core/failure.h"

#define IMAGE_DIGEST_SIZE 32
#define IMAGE_DIGEST_HELD (IMAGE_SIGNATURE_MAX + IMAGE_TRAILER_LENGTH_SIZE)

// SHA-256 over the body of a signed image that passes by once. Where the body ends is known only
// behind the last byte, so as many bytes as the longest trailer has are held back.
struct image_digest {
    mbedtls_sha256_context sha;
    size_t total; // bytes fed
    size_t held_used;
    uint8_t held[IMAGE_DIGEST_HELD];
};

void image_digest_start(struct image_digest *digest);
void image_digest_feed(struct image_digest *digest, const uint8_t *p, size_t n);

// Ends it: splits off the trailer and writes the body's hash. *signature points into digest.
// Fails with RESULT_TRAILER_INVALID.
int image_digest_finish(struct image_digest *digest, uint8_t hash[IMAGE_DIGEST_SIZE],
    struct image_trailer *trailer, const uint8_t **signature, struct failure *failure);

// Frees what it holds; may be called on a zeroed struct and more than once.
void image_digest_clear(struct image_digest *digest);

#endif
