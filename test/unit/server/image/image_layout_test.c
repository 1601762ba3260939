// What an image's first bytes say of the flash that it is made for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/image/image_layout.h"

#define HEADER_SIZE 16

// A header's four fields that matter, and the layout that they mean.
struct header_case {
    uint8_t magic;
    uint8_t segments;
    uint32_t entry;
    uint32_t load_address;
    enum image_layout layout;
};

static void make_header(const struct header_case *from, uint8_t header[HEADER_SIZE])
{
    memset(header, 0, HEADER_SIZE);
    header[0] = from->magic;
    header[1] = from->segments;
    for (int i = 0; i < 4; i++) {
        header[4 + i] = (uint8_t)(from->entry >> (8 * i));
        header[8 + i] = (uint8_t)(from->load_address >> (8 * i));
    }
    header[12] = 0x60; // bytes in the segment
}

static void the_first_segment_decides(void **state)
{
    static const struct header_case cases[] = {
        {0xe9, 2, 0x4010f480, 0x4010f000, IMAGE_LAYOUT_SKETCH}, // eboot, as Arduino 3 has it
        {0xe9, 1, 0x4010f000, 0x4010f000, IMAGE_LAYOUT_SKETCH}, // and before it had .rodata
        {0xe9, 16, 0, 0x4010f000, IMAGE_LAYOUT_SKETCH},
        {0xe9, 5, 0x40211f28, 0x40210010, IMAGE_LAYOUT_SDK}, // our firmware
        {0xe9, 1, 0, 0x40200000, IMAGE_LAYOUT_SDK},
        {0xe9, 16, 0, 0x402fffff, IMAGE_LAYOUT_SDK},
        {0xe9, 5, 0, 0x401fffff, IMAGE_LAYOUT_OTHER},
        {0xe9, 5, 0, 0x40300000, IMAGE_LAYOUT_OTHER},
        {0xe9, 2, 0, 0x4010effc, IMAGE_LAYOUT_OTHER},
        {0xe9, 2, 0, 0x4010f004, IMAGE_LAYOUT_OTHER},
        {0xe9, 3, 0x40100004, 0x40100000, IMAGE_LAYOUT_OTHER}, // Espressif's SDK without FreeRTOS
        {0xe9, 0, 0x4010f480, 0x4010f000, IMAGE_LAYOUT_OTHER},
        {0xe9, 17, 0x4010f480, 0x4010f000, IMAGE_LAYOUT_OTHER},
        {0xe9, 0, 0x40211f28, 0x40210010, IMAGE_LAYOUT_OTHER},
        {0xe9, 17, 0x40211f28, 0x40210010, IMAGE_LAYOUT_OTHER},
        {0xea, 4, 0x40100004, 0x40210010, IMAGE_LAYOUT_OTHER}, // the old SDK's second header
        {0x00, 2, 0x4010f480, 0x4010f000, IMAGE_LAYOUT_OTHER},
        {0xe8, 5, 0x40211f28, 0x40210010, IMAGE_LAYOUT_OTHER},
    };
    uint8_t header[HEADER_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_header(&cases[i], header);
        if (image_layout_of(header, sizeof header) != cases[i].layout)
            fail_msg("row %zu", i);
    }
}

// The beginnings of real ones, byte by byte.
static void real_images_are_known(void **state)
{
    static const uint8_t sketch[] = {0xe9, 0x02, 0x03, 0x40, 0x80, 0xf4, 0x10, 0x40, 0x00, 0xf0,
        0x10, 0x40, 0x60, 0x0d, 0x00, 0x00};
    static const uint8_t sdk[] = {0xe9, 0x05, 0x02, 0x20, 0x28, 0x1f, 0x21, 0x40, 0x10, 0x00, 0x21,
        0x40, 0xd0, 0x22, 0x07, 0x00};

    (void)state;
    assert_int_equal(image_layout_of(sketch, sizeof sketch), IMAGE_LAYOUT_SKETCH);
    assert_int_equal(image_layout_of(sdk, sizeof sdk), IMAGE_LAYOUT_SDK);
}

// Only eboot unpacks.
static void a_packed_image_is_a_sketch(void **state)
{
    static const uint8_t packed[HEADER_SIZE] = {0x1f, 0x8b, 0x08};
    static const uint8_t other[HEADER_SIZE] = {0x1f, 0x8c, 0x08};

    (void)state;
    assert_int_equal(image_layout_of(packed, sizeof packed), IMAGE_LAYOUT_SKETCH);
    assert_int_equal(image_layout_of(other, sizeof other), IMAGE_LAYOUT_OTHER);
}

// Each length in memory of its own, so that the sanitizer sees whoever reads beyond.
static void a_short_image_is_of_no_layout(void **state)
{
    static const struct header_case whole = {0xe9, 2, 0x4010f480, 0x4010f000, IMAGE_LAYOUT_SKETCH};
    static const uint8_t packed[] = {0x1f, 0x8b, 0x08};
    uint8_t header[HEADER_SIZE];

    (void)state;
    make_header(&whole, header);
    for (size_t n = 0; n <= HEADER_SIZE; n++) {
        uint8_t *p = malloc(n + (n == 0));

        assert_non_null(p);
        memcpy(p, header, n);
        assert_int_equal(
            image_layout_of(p, n), n < HEADER_SIZE ? IMAGE_LAYOUT_OTHER : IMAGE_LAYOUT_SKETCH);
        if (n < sizeof packed) {
            memcpy(p, packed, n);
            assert_int_equal(
                image_layout_of(p, n), n < 2 ? IMAGE_LAYOUT_OTHER : IMAGE_LAYOUT_SKETCH);
        }
        free(p);
    }
    assert_int_equal(image_layout_of(NULL, 0), IMAGE_LAYOUT_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_segment_decides),
        cmocka_unit_test(real_images_are_known),
        cmocka_unit_test(a_packed_image_is_a_sketch),
        cmocka_unit_test(a_short_image_is_of_no_layout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
