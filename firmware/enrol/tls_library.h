#ifndef FIRMWARE_ENROL_TLS_LIBRARY_H
#define FIRMWARE_ENROL_TLS_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>

#include "firmware/core/tls_random.h"

#define TLS_LIBRARY_NUMBER_SIZE 32   // of P-256, big-endian
#define TLS_LIBRARY_POINT_SIZE 65    // SEC 1, 2.3.3: uncompressed
#define TLS_LIBRARY_SIGNATURE_MAX 72 // RFC 3279, 2.2.3: in DER

// What enrolment needs of Mbed TLS beyond core/tls_library.h, and one generation spells otherwise
// than the other: keys on P-256, which all of these are. 0 or the library's error. Random numbers
// come from a generator that is seeded.

// Writes the private number, and the public point.
int tls_library_write_number(const mbedtls_pk_context *key, uint8_t out[TLS_LIBRARY_NUMBER_SIZE]);
int tls_library_write_point(const mbedtls_pk_context *key, uint8_t out[TLS_LIBRARY_POINT_SIZE]);

// Signs a SHA-256 hash (ECDSA); *n are the signature's bytes.
int tls_library_sign(mbedtls_pk_context *key, struct tls_random *random, const uint8_t hash[32],
    uint8_t out[TLS_LIBRARY_SIGNATURE_MAX], size_t *n);

// What key and the peer's point have in common (ECDH; SEC 1, 3.3.1). Fails if that is no point on
// the curve, or the one at infinity: mbedtls_ecp_mul() looks, in each generation.
int tls_library_agree(const mbedtls_pk_context *key, struct tls_random *random,
    const uint8_t point[TLS_LIBRARY_POINT_SIZE], uint8_t out[TLS_LIBRARY_NUMBER_SIZE]);

#endif
