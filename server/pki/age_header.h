#ifndef PKI_AGE_HEADER_H
#define PKI_AGE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// The header of a file in the format of age (age-encryption.org/v1, of C2SP) that a passphrase
// opens: one stanza, of scrypt, which the format wants to be alone.

#define AGE_HEADER_SALT_SIZE 16
#define AGE_HEADER_BODY_SIZE 32 // a file key of 16 bytes and a tag
#define AGE_HEADER_MAC_SIZE 32
#define AGE_HEADER_MAX 150 // bytes
#define AGE_HEADER_LINES 4
#define AGE_HEADER_WORK_MAX 20 // 2^20: scrypt takes a gibibyte

struct age_header {
    uint8_t salt[AGE_HEADER_SALT_SIZE];
    int work; // the binary logarithm of scrypt's N, 1 to AGE_HEADER_WORK_MAX
    uint8_t body[AGE_HEADER_BODY_SIZE];
    uint8_t mac[AGE_HEADER_MAC_SIZE];
};

// Writes it and returns its size, without the NUL. The first age_header_covered() bytes of it do
// not depend on the MAC, which is of them.
size_t age_header_write(const struct age_header *header, char out[AGE_HEADER_MAX + 1]);
size_t age_header_covered(size_t size);

// Reads the n bytes of one, to its last newline. ERR_INVALID says what it is instead.
ERR_CHECKED int age_header_read(
    const uint8_t *p, size_t n, struct age_header *out, struct err *err);

#endif
