// Tests of the image descriptor.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/crc32.h"
#include "common/image_descriptor.h"

#define NAME "BOARD-1.a"

static const uint8_t key_bytes[IMAGE_DESCRIPTOR_KEY_MAX + 1] = {1, 2, 3};

static size_t encode(size_t keys, size_t key_size, uint8_t out[IMAGE_DESCRIPTOR_MAX])
{
    struct image_descriptor descriptor = {.key_count = keys};

    assert_true(image_name_parse(NAME, strlen(NAME), &descriptor.name));
    for (size_t i = 0; i < keys && i < IMAGE_DESCRIPTOR_KEYS_MAX; i++) {
        descriptor.keys[i].der = key_bytes;
        descriptor.keys[i].size_bytes = key_size;
    }
    return image_descriptor_encode(&descriptor, out);
}

static void test_round_trip(void **state)
{
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];
    struct image_descriptor out;

    (void)state;
    for (size_t keys = 1; keys <= IMAGE_DESCRIPTOR_KEYS_MAX; keys++) {
        size_t n = encode(keys, 91, bytes);

        assert_true(n > 0);
        assert_true(image_descriptor_decode(bytes, n, &out));
        assert_string_equal(out.name.text, NAME);
        assert_int_equal(out.key_count, keys);
        assert_int_equal(out.keys[keys - 1].size_bytes, 91);
        assert_memory_equal(out.keys[keys - 1].der, key_bytes, 91);
    }
}

static void test_limits(void **state)
{
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];

    (void)state;
    assert_int_equal(encode(0, 91, bytes), 0);
    assert_int_equal(encode(IMAGE_DESCRIPTOR_KEYS_MAX + 1, 91, bytes), 0);
    assert_int_equal(encode(1, 0, bytes), 0);
    assert_int_equal(encode(1, IMAGE_DESCRIPTOR_KEY_MAX + 1, bytes), 0);
    assert_int_equal(
        encode(IMAGE_DESCRIPTOR_KEYS_MAX, IMAGE_DESCRIPTOR_KEY_MAX, bytes), IMAGE_DESCRIPTOR_MAX);
}

// Each part is decoded from memory of just its size: the sanitizer sees a byte too much.
static void test_truncated(void **state)
{
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];
    size_t size = encode(2, 91, bytes);
    struct image_descriptor out;

    (void)state;
    for (size_t n = 0; n < size; n++) {
        uint8_t *part = malloc(n == 0 ? 1 : n);

        memcpy(part, bytes, n);
        assert_false(image_descriptor_decode(part, n, &out));
        free(part);
    }
}

static void test_every_bit(void **state)
{
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];
    size_t size = encode(1, 91, bytes);
    struct image_descriptor out;

    (void)state;
    for (size_t i = 0; i < size * 8; i++) {
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_false(image_descriptor_decode(bytes, size, &out));
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(image_descriptor_decode(bytes, size, &out));
}

// One image, one spelling: nothing hides behind the name's end.
static void test_padding(void **state)
{
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];
    size_t size = encode(1, 91, bytes);
    struct image_descriptor out;

    (void)state;

    const size_t behind = IMAGE_DESCRIPTOR_MAGIC_SIZE + 4 + strlen(NAME) + 1;

    for (size_t i = behind; i < IMAGE_DESCRIPTOR_HEADER_SIZE; i++) {
        bytes[i] = 'x';

        uint32_t crc = crc32_update(0, bytes, size - 4);

        for (size_t k = 0; k < 4; k++)
            bytes[size - 4 + k] = (uint8_t)(crc >> (8 * k));
        assert_false(image_descriptor_decode(bytes, size, &out));
        bytes[i] = 0;
    }
}

static void test_scan(void **state)
{
    static uint8_t image[8192];
    uint8_t bytes[IMAGE_DESCRIPTOR_MAX];
    size_t size = encode(1, 91, bytes);
    struct image_descriptor out;

    (void)state;
    assert_int_equal(image_descriptor_scan(image, sizeof image, &out), 0);
    memcpy(image + 1002, bytes, size); // out of step
    assert_int_equal(image_descriptor_scan(image, sizeof image, &out), 0);
    memset(image, 0, sizeof image);
    memcpy(image, bytes, size);
    assert_int_equal(image_descriptor_scan(image, sizeof image, &out), 1);
    memcpy(image + sizeof image - 100, bytes, 100); // cut off by the end
    assert_int_equal(image_descriptor_scan(image, sizeof image, &out), 1);
    memcpy(image + 4096, bytes, size);
    assert_int_equal(image_descriptor_scan(image, sizeof image, &out), 2);
    image[4096 + 30] ^= 1;
    assert_int_equal(image_descriptor_scan(image, sizeof image, &out), 1);
    assert_string_equal(out.name.text, NAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
