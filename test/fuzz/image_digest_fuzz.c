// An image that the device hashes while it streams by, cut into pieces.
#include <string.h>

#include <mbedtls/md.h>

#include "common/crc32.h"
#include "firmware/core/image_digest.h"
#include "test/fuzz/fuzz.h"

struct outcome {
    int rc;
    uint8_t hash[IMAGE_DIGEST_SIZE];
    struct image_trailer trailer;
    uint8_t signature[IMAGE_SIGNATURE_MAX];
};

static void run(const uint8_t *p, size_t n, uint32_t seed, struct outcome *outcome)
{
    struct image_digest digest;
    struct failure failure;
    const uint8_t *signature = NULL;

    memset(outcome, 0, sizeof *outcome);
    image_digest_start(&digest);
    while (n > 0) {
        size_t piece = seed == 0 ? n : 1 + fuzz_random(&seed) % 700;

        if (piece > n)
            piece = n;
        image_digest_feed(&digest, p, piece);
        FUZZ_CHECK(digest.held_used <= IMAGE_DIGEST_HELD);
        p += piece;
        n -= piece;
    }
    outcome->rc =
        image_digest_finish(&digest, outcome->hash, &outcome->trailer, &signature, &failure);
    if (outcome->rc == 0)
        memcpy(outcome->signature, signature, outcome->trailer.signature_size);
    else
        FUZZ_CHECK(outcome->rc == -(int)RESULT_TRAILER_INVALID);
    image_digest_clear(&digest);
}

static void check(const uint8_t *p, size_t n)
{
    uint32_t seed = crc32_update(0, p, n) | 1;
    struct outcome whole;
    struct outcome pieces;
    uint8_t hash[IMAGE_DIGEST_SIZE];

    run(p, n, 0, &whole);
    run(p, n, seed, &pieces);
    FUZZ_CHECK(pieces.rc == whole.rc);
    if (whole.rc != 0)
        return;
    FUZZ_CHECK(pieces.trailer.body_size == whole.trailer.body_size);
    FUZZ_CHECK(pieces.trailer.signature_size == whole.trailer.signature_size);
    FUZZ_CHECK(memcmp(pieces.hash, whole.hash, sizeof whole.hash) == 0);
    FUZZ_CHECK(memcmp(pieces.signature, whole.signature, sizeof whole.signature) == 0);
    FUZZ_CHECK(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), p, whole.trailer.body_size,
                   hash) == 0);
    FUZZ_CHECK(memcmp(hash, whole.hash, sizeof hash) == 0);
    FUZZ_CHECK(
        memcmp(p + whole.trailer.body_size, whole.signature, whole.trailer.signature_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);

    check(bytes, n);
    if (n >= 4) { // once more with a length that is more often good
        uint8_t *mended = fuzz_bytes(p, n);

        mended[n - 2] = 0;
        mended[n - 1] = 0;
        check(mended, n);
    }
    return 0;
}
