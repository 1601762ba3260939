// Tests of the search for an image's descriptor in flash.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/image_scan.h"
#include "test/unit/firmware/fake_port.h"
#include "test/unit/firmware/make_image.h"

struct fixture {
    struct fake_port port;
    struct maker maker;
    struct made_key key;
    struct image_scan scan;
    uint8_t scratch[IMAGE_SCAN_SCRATCH];
    struct failure failure;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_init(&f->port);
    maker_init(&f->maker);
    make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP256R1, &f->key);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    made_key_clear(&f->key);
    maker_clear(&f->maker);
    free(f);
    return 0;
}

static size_t put(struct fixture *f, size_t offset, const char *name)
{
    return make_descriptor(name, &f->key, f->port.slots[1] + offset);
}

static void erase(struct fixture *f)
{
    memset(f->port.slots, 0xff, sizeof f->port.slots);
}

static int scan(struct fixture *f, size_t body_size)
{
    int rc = STEP_AGAIN;

    image_scan_start(&f->scan, &f->port.port, 1, body_size);
    for (int i = 0; rc == STEP_AGAIN && i < 100; i++)
        rc = image_scan_step(&f->scan, f->scratch, &f->failure);
    return rc;
}

// At each place where a chunk could cut it in two.
static void test_places(void **state)
{
    struct fixture *f = *state;
    size_t size = put(f, 0, "B-1");

    for (size_t offset = 0; offset < 3 * IMAGE_SCAN_CHUNK; offset += 4) {
        erase(f);
        put(f, offset, "B-7");
        assert_int_equal(scan(f, offset + size), STEP_DONE); // up to the body's last byte
        assert_int_equal(f->scan.descriptor_offset, offset);
        assert_string_equal(f->scan.name.text, "B-7");
        assert_int_equal(scan(f, offset + size - 1), -RESULT_DESCRIPTOR_INVALID);
    }
}

static void test_unaligned(void **state)
{
    struct fixture *f = *state;

    for (size_t offset = 1021; offset < 1024; offset++) {
        erase(f);
        put(f, offset, "B-1");
        assert_int_equal(scan(f, 5000), -RESULT_DESCRIPTOR_INVALID);
    }
}

static void test_none_and_two(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(scan(f, 0), -RESULT_DESCRIPTOR_INVALID);
    assert_int_equal(scan(f, FAKE_SLOT_SIZE), -RESULT_DESCRIPTOR_INVALID);
    put(f, 100, "B-1");
    put(f, 6000, "B-1"); // though it says the same
    assert_int_equal(scan(f, FAKE_SLOT_SIZE), -RESULT_DESCRIPTOR_INVALID);
    assert_non_null(strstr(f->failure.detail, "more than one"));
    assert_int_equal(scan(f, 6000), STEP_DONE);
    f->port.slots[1][6000 + 30] ^= 1; // a damaged one is none
    assert_int_equal(scan(f, FAKE_SLOT_SIZE), STEP_DONE);
}

// The magic alone, over and over, does not hide a good descriptor behind it.
static void test_many_candidates(void **state)
{
    struct fixture *f = *state;
    uint8_t magic[IMAGE_DESCRIPTOR_MAGIC_SIZE];

    put(f, 0, "B-1");
    memcpy(magic, f->port.slots[1], sizeof magic);
    erase(f);
    for (size_t offset = 0; offset + sizeof magic <= 4096; offset += sizeof magic)
        memcpy(f->port.slots[1] + offset, magic, sizeof magic);
    assert_int_equal(scan(f, FAKE_SLOT_SIZE), -RESULT_DESCRIPTOR_INVALID);
    put(f, 4096, "B-9");
    assert_int_equal(scan(f, FAKE_SLOT_SIZE), STEP_DONE);
    assert_int_equal(f->scan.descriptor_offset, 4096);
}

static void test_unreadable(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(scan(f, FAKE_SLOT_SIZE + 1000), -RESULT_FLASH_FAILED);
}

static int reads_left;

static int read_some(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    return --reads_left == 0 ? -1 : fake_ops.flash_read(port, region, offset, p, n);
}

// Flash that fails at the first, the second, ... read, in the middle of a descriptor too.
static void test_unreadable_later(void **state)
{
    struct fixture *f = *state;
    struct port_ops ops = fake_ops;
    int rc = STEP_AGAIN;

    ops.flash_read = read_some;
    f->port.port.ops = &ops;
    put(f, 3 * IMAGE_SCAN_CHUNK, "B-7");
    for (int n = 1; rc != STEP_DONE; n++) {
        reads_left = n;
        rc = scan(f, FAKE_SLOT_SIZE);
        assert_int_equal(rc, reads_left <= 0 ? -RESULT_FLASH_FAILED : STEP_DONE);
    }
}

static void test_read(void **state)
{
    struct fixture *f = *state;
    struct image_descriptor out;
    size_t size = put(f, 400, "B-3");

    image_scan_start(&f->scan, &f->port.port, 1, 400 + size);
    assert_int_equal(image_scan_read(&f->scan, 400, f->scratch, &out, &f->failure), 0);
    assert_string_equal(out.name.text, "B-3");
    assert_int_equal(
        image_scan_read(&f->scan, 404, f->scratch, &out, &f->failure), -RESULT_DESCRIPTOR_INVALID);
    assert_int_equal(image_scan_read(&f->scan, UINT32_MAX, f->scratch, &out, &f->failure),
        -RESULT_DESCRIPTOR_INVALID);
    image_scan_start(&f->scan, &f->port.port, 1, 400 + size - 1);
    assert_int_equal(
        image_scan_read(&f->scan, 400, f->scratch, &out, &f->failure), -RESULT_DESCRIPTOR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_places),
        TEST(test_unaligned),
        TEST(test_none_and_two),
        TEST(test_many_candidates),
        TEST(test_unreadable),
        TEST(test_unreadable_later),
        TEST(test_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
