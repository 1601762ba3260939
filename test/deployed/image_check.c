// Digests and signature of an image, as its bytes go by.
#include "test/deployed/image_check.h"

#include <stdio.h>
#include <string.h>

void image_check_init(struct image_check *check, size_t size)
{
    memset(check, 0, sizeof *check);
    check->size = size;
    br_md5_init(&check->md5);
    br_sha256_init(&check->sha256);
}

void image_check_feed(struct image_check *check, const uint8_t *p, size_t n)
{
    size_t body_size = check->size < IMAGE_CHECK_TRAILER ? 0 : check->size - IMAGE_CHECK_TRAILER;

    br_md5_update(&check->md5, p, n);
    if (check->seen < body_size) {
        size_t part = n < body_size - check->seen ? n : body_size - check->seen;

        br_sha256_update(&check->sha256, p, part);
        check->seen += part;
        p += part;
        n -= part;
    }
    if (n > 0 && check->seen + n <= body_size + IMAGE_CHECK_TRAILER)
        memcpy(check->trailer + (check->seen - body_size), p, n);
    check->seen += n;
}

void image_check_md5(const struct image_check *check, char out[IMAGE_CHECK_MD5_SIZE])
{
    uint8_t digest[br_md5_SIZE];

    br_md5_out(&check->md5, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

bool image_check_is_signed(const struct image_check *check, const br_rsa_public_key *key)
{
    static const uint8_t length[] = {
        IMAGE_CHECK_SIGNATURE & 0xff, IMAGE_CHECK_SIGNATURE >> 8, 0, 0};
    uint8_t expected[br_sha256_SIZE], signed_hash[br_sha256_SIZE];

    if (check->seen != check->size || check->size <= IMAGE_CHECK_TRAILER ||
        memcmp(check->trailer + IMAGE_CHECK_SIGNATURE, length, sizeof length) != 0)
        return false;
    br_sha256_out(&check->sha256, expected);
    return br_rsa_pkcs1_vrfy_get_default()(check->trailer, IMAGE_CHECK_SIGNATURE,
               BR_HASH_OID_SHA256, sizeof signed_hash, key, signed_hash) == 1 &&
           memcmp(expected, signed_hash, sizeof expected) == 0;
}
