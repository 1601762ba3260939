#ifndef PKI_PUBLIC_KEY_H
#define PKI_PUBLIC_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "common/image_descriptor.h"
#include "server/base/err.h"
#include "server/pki/digest.h"

// A key that verifies images: RSA of 2048 to 4096 bits or ECDSA P-256.
struct public_key {
    uint8_t der[IMAGE_DESCRIPTOR_KEY_MAX]; // SubjectPublicKeyInfo (RFC 5280, 4.1)
    size_t size_bytes;
    char id[DIGEST_SHA256_TEXT_SIZE]; // SHA-256 of der
    char algorithm[16];               // "RSA-2048", "P-256"
};

// Read a key. ERR_INVALID if it is none, of another kind or size than above, or encoded in BER that
// is not DER.
ERR_CHECKED int public_key_from_pem(
    const uint8_t *p, size_t n, struct public_key *out, struct err *err);
ERR_CHECKED int public_key_from_der(
    const uint8_t *p, size_t n, struct public_key *out, struct err *err);

// The same of a key that verifies something else, without a look at an RSA key's modulus, which
// takes milliseconds.
ERR_CHECKED int public_key_check_form(const uint8_t *p, size_t n, struct err *err);

// Writes the key as PEM, NUL-terminated; the caller frees it. ERR_NO_MEMORY.
ERR_CHECKED int public_key_to_pem(const struct public_key *key, char **out);

// 0 if signature over SHA-256 of the body verifies (PKCS#1 v1.5 for RSA), else ERR_DENIED.
ERR_CHECKED int public_key_verify(const struct public_key *key, const uint8_t *body,
    size_t body_size, const uint8_t *signature, size_t signature_size);

#endif
