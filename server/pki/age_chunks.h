#ifndef PKI_AGE_CHUNKS_H
#define PKI_AGE_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// The payload of a file of age: STREAM with ChaCha20-Poly1305 (RFC 8439) over chunks, of which each
// bears its number in the nonce, and whether it is the last.

#define AGE_CHUNKS_KEY_SIZE 32
#define AGE_CHUNKS_TEXT_MAX 65536 // of a chunk; each but the last has so many bytes
#define AGE_CHUNKS_TAG_SIZE 16

struct age_chunks;

// ERR_NO_MEMORY. The key is wiped when it is freed; NULL is allowed.
ERR_CHECKED int age_chunks_new(
    const uint8_t key[AGE_CHUNKS_KEY_SIZE], struct age_chunks **out, struct err *err);
void age_chunks_free(struct age_chunks *chunks);

// Seal the next chunk: the n bytes at p become AGE_CHUNKS_TAG_SIZE more. ERR_IO.
ERR_CHECKED int age_chunks_seal(
    struct age_chunks *chunks, const uint8_t *p, size_t n, bool is_last, uint8_t *out);

// The reverse: n - AGE_CHUNKS_TAG_SIZE bytes come out. ERR_DENIED if it was changed, or is not that
// one.
ERR_CHECKED int age_chunks_open(
    struct age_chunks *chunks, const uint8_t *p, size_t n, bool is_last, uint8_t *out);

// How many were sealed or opened.
uint64_t age_chunks_count(const struct age_chunks *chunks);

#endif
