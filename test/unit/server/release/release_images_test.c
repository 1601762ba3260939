// Adding an image: what no device has room for is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "common/image_trailer.h"
#include "server/image/image_descriptor_build.h"
#include "server/pki/private_key.h"
#include "server/release/release_images.h"
#include "test/unit/server/store/store_fixture.h"

#define HEADER_SIZE 16
#define ROOM (CONTRACT_SKETCH_IMAGE_MAX + 1)

static const uint8_t sketch[HEADER_SIZE] = {
    0xe9, 2, 3, 0x40, 0x80, 0xf4, 0x10, 0x40, 0, 0xf0, 0x10, 0x40, 0x60, 0x0d};
static const uint8_t sdk[HEADER_SIZE] = {
    0xe9, 5, 2, 0x20, 0x28, 0x1f, 0x21, 0x40, 0x10, 0, 0x21, 0x40, 0xd0, 0x22, 7};
static const uint8_t other[HEADER_SIZE] = {1};

// What our own firmware says of itself, behind the header.
static void describe(uint8_t *p)
{
    struct private_key *key;
    struct public_key public_half;
    struct image_descriptor_build_block block;

    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(private_key_public(key, &public_half, NULL), 0);
    assert_int_equal(image_descriptor_build("B-1", &public_half, 1, &block, NULL), 0);
    memcpy(p + HEADER_SIZE, block.bytes, block.size_bytes);
    private_key_free(key);
}

static int add(struct fixture *f, const uint8_t *p, size_t n, struct err *err)
{
    struct release *release;
    struct release_images images;
    struct release_offer offer = {.p = p, .n = n, .name = "B-1"};
    struct image image;
    bool existed;

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    release_images_init(&images, release, f->folder);

    int rc = release_images_add(&images, &offer, &image, &existed, err);

    release_images_clear(&images);
    release_close(release);
    return rc;
}

static void an_image_has_a_largest_size(void **state)
{
    static const struct {
        const uint8_t *header;
        bool is_ours;
        size_t max;
        const char *layout;
    } cases[] = {
        {sketch, false, CONTRACT_SKETCH_IMAGE_MAX, "sketch"},
        {sdk, true, CONTRACT_SDK_IMAGE_MAX, "sdk"},
        {sdk, false, CONTRACT_SDK_IMAGE_MAX, "sdk"},
        {other, true, CONTRACT_SDK_IMAGE_MAX, "unknown"},
        {other, false, CONTRACT_SKETCH_IMAGE_MAX, "unknown"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *p = calloc(1, ROOM);
        struct err err = {0};
        char expected[64];

        assert_non_null(p);
        memcpy(p, cases[i].header, HEADER_SIZE);
        if (cases[i].is_ours)
            describe(p);
        image_trailer_encode(IMAGE_SIGNATURE_MIN, p + cases[i].max + 1 - IMAGE_TRAILER_LENGTH_SIZE);
        assert_int_equal(add(*state, p, cases[i].max + 1, &err), ERR_TOO_LARGE);
        snprintf(expected, sizeof expected, "has room for %zu (layout %s)", cases[i].max,
            cases[i].layout);
        assert_non_null(strstr(err.message, expected));
        image_trailer_encode(IMAGE_SIGNATURE_MIN, p + cases[i].max - IMAGE_TRAILER_LENGTH_SIZE);
        if (add(*state, p, cases[i].max, &err) < 0)
            fail_msg("%s", err.message);
        free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_image_has_a_largest_size, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
