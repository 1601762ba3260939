// Hashes an image's body while it streams by.
#include "firmware/core/image_digest.h"

#include <string.h>

#include "firmware/core/tls_library.h"

void image_digest_start(struct image_digest *digest)
{
    memset(digest, 0, sizeof *digest);
    mbedtls_sha256_init(&digest->sha);
    tls_library_sha256_start(&digest->sha);
}

void image_digest_feed(struct image_digest *digest, const uint8_t *p, size_t n)
{
    size_t all = digest->held_used + n;
    size_t out = all > IMAGE_DIGEST_HELD ? all - IMAGE_DIGEST_HELD : 0; // leaves the window
    size_t from_held = out < digest->held_used ? out : digest->held_used;

    digest->total += n;
    tls_library_sha256_update(&digest->sha, digest->held, from_held);
    digest->held_used -= from_held;
    memmove(digest->held, digest->held + from_held, digest->held_used);
    tls_library_sha256_update(&digest->sha, p, out - from_held);
    p += out - from_held;
    n -= out - from_held;
    memcpy(digest->held + digest->held_used, p, n);
    digest->held_used += n;
}

int image_digest_finish(struct image_digest *digest, uint8_t hash[IMAGE_DIGEST_SIZE],
    struct image_trailer *trailer, const uint8_t **signature, struct failure *failure)
{
    const uint8_t *end = digest->held + digest->held_used;
    struct image_trailer split;

    if (digest->total < IMAGE_TRAILER_LENGTH_SIZE ||
        !image_trailer_decode(end - IMAGE_TRAILER_LENGTH_SIZE, digest->total, &split))
        return failure_set(failure, RESULT_TRAILER_INVALID, "image: has no signature");

    size_t tail = split.signature_size + IMAGE_TRAILER_LENGTH_SIZE;

    tls_library_sha256_update(&digest->sha, digest->held, digest->held_used - tail);
    tls_library_sha256_finish(&digest->sha, hash);
    *trailer = split;
    *signature = end - tail;
    return 0;
}

void image_digest_clear(struct image_digest *digest)
{
    mbedtls_sha256_free(&digest->sha);
}
