// Tests of the hash of an image that streams by.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <mbedtls/md.h>

#include "firmware/core/image_digest.h"

// However the stream is cut into pieces, the hash is that of the body.
static void test_pieces(void **state)
{
    static uint8_t image[3000];
    uint8_t expected[IMAGE_DIGEST_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)(i * 31 + i / 256);
    for (size_t more = 0; more <= IMAGE_SIGNATURE_MAX - IMAGE_SIGNATURE_MIN; more += 64) {
        size_t signature = IMAGE_SIGNATURE_MIN + more;
        size_t body = sizeof image - signature - IMAGE_TRAILER_LENGTH_SIZE;

        image_trailer_encode(signature, image + sizeof image - IMAGE_TRAILER_LENGTH_SIZE);
        mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), image, body, expected);
        for (size_t piece = 1; piece <= sizeof image; piece = piece * 2 + 1) {
            struct image_digest digest;
            struct image_trailer trailer;
            struct failure failure;
            const uint8_t *p;
            uint8_t hash[IMAGE_DIGEST_SIZE];

            image_digest_start(&digest);
            for (size_t i = 0; i < sizeof image; i += piece)
                image_digest_feed(
                    &digest, image + i, sizeof image - i < piece ? sizeof image - i : piece);
            assert_int_equal(image_digest_finish(&digest, hash, &trailer, &p, &failure), 0);
            assert_memory_equal(hash, expected, sizeof hash);
            assert_memory_equal(p, image + body, signature);
            assert_int_equal(trailer.body_size, body);
            image_digest_clear(&digest);
        }
    }
}

static void test_no_trailer(void **state)
{
    static const uint8_t zeros[100];

    (void)state;
    for (size_t n = 0; n <= sizeof zeros; n++) {
        struct image_digest digest;
        struct image_trailer trailer;
        struct failure failure;
        const uint8_t *p;
        uint8_t hash[IMAGE_DIGEST_SIZE];

        image_digest_start(&digest);
        image_digest_feed(&digest, zeros, n);
        assert_int_equal(
            image_digest_finish(&digest, hash, &trailer, &p, &failure), -RESULT_TRAILER_INVALID);
        image_digest_clear(&digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_no_trailer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
