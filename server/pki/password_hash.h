#ifndef PKI_PASSWORD_HASH_H
#define PKI_PASSWORD_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"

// Passwords as they are kept: scrypt (RFC 7914), with what it cost, as
// "$scrypt$ln=15,r=8,p=3$SALT$HASH", both base64 without padding.

#define PASSWORD_HASH_SIZE 128
#define PASSWORD_HASH_SALT_BYTES 16
#define PASSWORD_HASH_BYTES 32

struct password_hash {
    unsigned ln, r, p; // N is 2^ln; it takes 128 * N * r bytes
    uint8_t salt[PASSWORD_HASH_SALT_BYTES];
    uint8_t hash[PASSWORD_HASH_BYTES];
};

// What a new one costs: 32 MiB, and some tenths of a second.
#define PASSWORD_HASH_LN 15u
#define PASSWORD_HASH_R 8u
#define PASSWORD_HASH_P 3u

// Reads such a text. False, and *out untouched, if it is none, or would cost more than 64 MiB or
// four times the time of a new one.
bool password_hash_parse(const char *text, struct password_hash *out);

// ERR_NO_MEMORY, ERR_IO without random bytes.
ERR_CHECKED int password_hash_make(
    const char *password, char out[PASSWORD_HASH_SIZE], struct err *err);

// Whether it is of that password; *is_old tells whether it cost something else than a new one. Of
// "", which is no text of a hash, or of another that is none, as much is computed, and it is
// ERR_DENIED. ERR_DENIED, ERR_NO_MEMORY.
ERR_CHECKED int password_hash_check(
    const char *text, const char *password, bool *is_old, struct err *err);

#endif
