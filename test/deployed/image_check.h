#ifndef TEST_DEPLOYED_IMAGE_CHECK_H
#define TEST_DEPLOYED_IMAGE_CHECK_H

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_CHECK_SIGNATURE 256 // bytes: sketches verify RSA-2048 alone
#define IMAGE_CHECK_TRAILER (IMAGE_CHECK_SIGNATURE + 4)
#define IMAGE_CHECK_MD5_SIZE 33 // in hex, with its NUL

// Judges a download while it comes; the image itself is never in memory.
struct image_check {
    br_md5_context md5;
    br_sha256_context sha256;
    size_t size; // of the whole
    size_t seen;
    uint8_t trailer[IMAGE_CHECK_TRAILER];
};

// size: all bytes that will come, as Content-Length says.
void image_check_init(struct image_check *check, size_t size);
void image_check_feed(struct image_check *check, const uint8_t *p, size_t n);

void image_check_md5(const struct image_check *check, char out[IMAGE_CHECK_MD5_SIZE]);

// Whether all has come and is body || signature || length, signed over SHA-256 of body (PKCS#1
// v1.5) with the key.
bool image_check_is_signed(const struct image_check *check, const br_rsa_public_key *key);

#endif
