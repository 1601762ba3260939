#ifndef PKI_HMAC_H
#define PKI_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

#define HMAC_SHA256_SIZE 32

struct hmac_part {
    const uint8_t *p;
    size_t n;
};

// HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the parts, one behind the other; key_n > 0. ERR_NO_MEMORY.
ERR_CHECKED int hmac_sha256(const uint8_t *key, size_t key_n, const struct hmac_part *parts,
    size_t count, uint8_t out[HMAC_SHA256_SIZE]);

#endif
