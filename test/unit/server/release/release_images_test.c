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
#include "server/base/file.h"
#include "server/image/image_descriptor_build.h"
#include "server/image/image_files.h"
#include "server/pki/digest.h"
#include "server/pki/private_key.h"
#include "server/release/release_find.h"
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

static int add_as(struct fixture *f, const char *name, const uint8_t *p, size_t n, struct err *err)
{
    struct release *release;
    struct release_images images;
    struct release_offer offer = {.p = p, .n = n, .name = name};
    struct image image;
    bool existed;

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    release_images_init(&images, release, f->folder);

    int rc = release_images_add(&images, &offer, &image, &existed, err);

    release_images_clear(&images);
    release_close(release);
    return rc;
}

static int add(struct fixture *f, const uint8_t *p, size_t n, struct err *err)
{
    return add_as(f, "B-1", p, n, err);
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

// Small images, each of other bytes.
struct bytes {
    uint8_t p[512];
    char sha256[DIGEST_SHA256_TEXT_SIZE];
};

static struct bytes make(uint8_t seed)
{
    struct bytes bytes = {.p = {1, seed}};

    image_trailer_encode(IMAGE_SIGNATURE_MIN, bytes.p + sizeof bytes.p - IMAGE_TRAILER_LENGTH_SIZE);
    digest_sha256(bytes.p, sizeof bytes.p, bytes.sha256);
    return bytes;
}

static bool is_stored(const struct fixture *f, const struct bytes *bytes)
{
    uint8_t *p;
    size_t n;

    if (image_files_read(f->folder, bytes->sha256, &p, &n, NULL) < 0)
        return false;
    free(p);
    return true;
}

static void add_well(struct fixture *f, const char *name, const struct bytes *bytes)
{
    struct err err = {0};

    if (add_as(f, name, bytes->p, sizeof bytes->p, &err) < 0)
        fail_msg("%s: %s", name, err.message);
}

static void remove_well(struct fixture *f, const char *name)
{
    struct release *release;
    struct release_images images;
    struct err err = {0};

    assert_int_equal(release_open(f->store, &release, NULL), 0);
    release_images_init(&images, release, f->folder);
    if (release_images_remove(&images, &(struct release_remove_wish){.name = name}, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    release_images_clear(&images);
    release_close(release);
}

// A file stays as long as one image is of its bytes, and no longer.
static void files_go_with_the_last_image(void **state)
{
    struct fixture *f = *state;
    struct bytes x = make(1), y = make(2), z = make(3);
    struct device_record device = fixture_device(MAC_1);
    struct err err = {0};

    add_well(f, "B-1", &x);
    add_well(f, "C-1", &x);
    remove_well(f, "C-1");
    assert_true(is_stored(f, &x)); // it is B-1's
    add_well(f, "C-1", &x);
    add_well(f, "B-1", &y); // in the other's place
    assert_true(is_stored(f, &x));
    assert_true(is_stored(f, &y));
    add_well(f, "C-1", &y);
    assert_false(is_stored(f, &x));

    // Not added: what came with it goes, unless another has it.
    memcpy(device.status.image, "B-1", sizeof "B-1");
    fixture_write(f, fixture_put, &device);
    assert_int_equal(add_as(f, "B-1", z.p, sizeof z.p, &err), ERR_CONFLICT);
    assert_false(is_stored(f, &z));
    add_well(f, "D-1", &z);
    assert_int_equal(add_as(f, "B-1", z.p, sizeof z.p, &err), ERR_CONFLICT);
    assert_true(is_stored(f, &z));
    remove_well(f, "D-1");
    assert_false(is_stored(f, &z));
    assert_true(is_stored(f, &y));
}

static void what_is_stored_is_looked_at(void **state)
{
    struct fixture *f = *state;
    struct bytes x = make(1);
    struct release *release;
    struct release_images images;
    char path[SCRATCH_PATH_SIZE];

    add_well(f, "B-1", &x);
    assert_int_equal(release_open(f->store, &release, NULL), 0);
    release_images_init(&images, release, f->folder);

    const struct release_catalogue *catalogue = release_hold(release);
    const struct image *image = release_find_image(catalogue, "B-1");

    assert_true(release_images_verify(&images, catalogue, image).stored_ok);
    snprintf(path, sizeof path, "%s/%.2s/%s", f->folder, x.sha256, x.sha256);
    assert_int_equal(file_replace(path, make(2).p, sizeof x.p, 0600, NULL), 0);
    assert_false(release_images_verify(&images, catalogue, image).stored_ok);
    release_drop(release, catalogue);
    release_images_clear(&images);
    release_close(release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_image_has_a_largest_size, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            files_go_with_the_last_image, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_stored_is_looked_at, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
