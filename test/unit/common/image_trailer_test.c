// Tests of the signature trailer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/image_trailer.h"

static void test_limits(void **state)
{
    static const struct {
        size_t signature;
        size_t image;
        bool good;
    } rows[] = {
        {0, 1000, false},
        {IMAGE_SIGNATURE_MIN - 1, 1000, false},
        {IMAGE_SIGNATURE_MIN, 1000, true},
        {IMAGE_SIGNATURE_MAX, 1000, true},
        {IMAGE_SIGNATURE_MAX + 1, 1000, false},
        {256, 260, false}, // leaves no body
        {256, 261, true},
        {256, 4, false},
        {256, 0, false},
        {0xffffffff, 1000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image_trailer trailer = {.body_size = 77};
        uint8_t length[IMAGE_TRAILER_LENGTH_SIZE];

        image_trailer_encode(rows[i].signature, length);
        assert_int_equal(image_trailer_decode(length, rows[i].image, &trailer), rows[i].good);
        if (rows[i].good) {
            assert_int_equal(trailer.signature_size, rows[i].signature);
            assert_int_equal(trailer.body_size, rows[i].image - rows[i].signature - 4);
        } else {
            assert_int_equal(trailer.body_size, 77);
        }
    }
}

static void test_bytes(void **state)
{
    uint8_t length[IMAGE_TRAILER_LENGTH_SIZE];
    const uint8_t rsa2048[] = {0, 1, 0, 0};

    (void)state;
    image_trailer_encode(256, length);
    assert_memory_equal(length, rsa2048, sizeof length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
