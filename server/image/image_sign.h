#ifndef IMAGE_SIGN_H
#define IMAGE_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/private_key.h"

// Makes body || signature || length of a body; the caller frees *out. ERR_CONFLICT if the body is
// an image that this key has signed already, ERR_INVALID if it is empty, ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int image_sign(const uint8_t *body, size_t n, const struct private_key *key,
    uint8_t **out, size_t *size, struct err *err);

#endif
