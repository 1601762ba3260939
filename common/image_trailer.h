#ifndef COMMON_IMAGE_TRAILER_H
#define COMMON_IMAGE_TRAILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A signed image is body || signature || length, length a little-endian uint32 of the signature's
// bytes. The signature is over SHA-256 of body: PKCS#1 v1.5 for RSA, DER (RFC 3279, 2.2.3) for
// P-256.
#define IMAGE_TRAILER_LENGTH_SIZE 4
#define IMAGE_SIGNATURE_MIN 64  // shorter than any P-256 signature that occurs
#define IMAGE_SIGNATURE_MAX 512 // RSA-4096

struct image_trailer {
    size_t body_size;      // bytes from the start of the image
    size_t signature_size; // bytes after the body
};

// Splits an image of image_size bytes whose last four are in length. False, and *out untouched, if
// the length is out of bounds or leaves no body.
bool image_trailer_decode(
    const uint8_t length[IMAGE_TRAILER_LENGTH_SIZE], size_t image_size, struct image_trailer *out);

// Writes the last four bytes of an image with a signature of signature_size bytes.
void image_trailer_encode(size_t signature_size, uint8_t length[IMAGE_TRAILER_LENGTH_SIZE]);

#endif
