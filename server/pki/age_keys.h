#ifndef PKI_AGE_KEYS_H
#define PKI_AGE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/age_chunks.h"
#include "server/pki/age_header.h"

// The keys of a file of age. Whoever gets one wipes it.

#define AGE_KEYS_FILE_SIZE 16
#define AGE_KEYS_NONCE_SIZE 16

// Makes a file key, seals it with the passphrase and fills in the header. ERR_NO_MEMORY, ERR_IO.
// work: of scrypt (age_header.h).
ERR_CHECKED int age_keys_make(const char *passphrase, int work, struct age_header *header,
    uint8_t file_key[AGE_KEYS_FILE_SIZE], struct err *err);

// Opens the file key with the passphrase. ERR_DENIED if that is another, or if the n bytes of the
// header that its MAC covers were changed.
ERR_CHECKED int age_keys_open(const char *passphrase, const struct age_header *header,
    const uint8_t *covered, size_t n, uint8_t file_key[AGE_KEYS_FILE_SIZE], struct err *err);

// The key of the payload that begins with that nonce. ERR_IO.
ERR_CHECKED int age_keys_payload(const uint8_t file_key[AGE_KEYS_FILE_SIZE],
    const uint8_t nonce[AGE_KEYS_NONCE_SIZE], uint8_t out[AGE_CHUNKS_KEY_SIZE], struct err *err);

#endif
