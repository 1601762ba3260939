#ifndef PKI_DIGEST_H
#define PKI_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_TEXT_SIZE 65
#define DIGEST_MD5_TEXT_SIZE 33

// Write the digest of n bytes as lower-case hex.
void digest_sha256(const uint8_t *p, size_t n, char out[DIGEST_SHA256_TEXT_SIZE]);
void digest_md5(const uint8_t *p, size_t n, char out[DIGEST_MD5_TEXT_SIZE]); // for x-MD5 alone

// The same of bytes that come in pieces, of which no copy stays in memory. NULL without memory; the
// end writes the text, unless out is NULL, and frees it.
struct digest;
struct digest *digest_begin_sha256(void);
void digest_add(struct digest *digest, const void *p, size_t n);
void digest_end(struct digest *digest, char out[DIGEST_SHA256_TEXT_SIZE]);

// A place among so many, by a digest's text: as of a hash, its first digits spread well.
size_t digest_place(const char *text, size_t places);

#endif
