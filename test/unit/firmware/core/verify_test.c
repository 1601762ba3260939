// Tests of the check that an image may be run.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/verify.h"
#include "test/unit/firmware/fake_port.h"
#include "test/unit/firmware/make_image.h"

// Slot 0 runs B-1, which trusts ec; slot 1 takes the image under test.
struct fixture {
    struct maker maker;
    struct made_key ec;
    struct made_key rsa;
    struct made_key other;
    struct made_key p384;
    struct fake_port port;
    struct slots slots;
    uint8_t scratch[VERIFY_SCRATCH];
};

static void run(struct fixture *f, const char *name, const struct made_key *trusted)
{
    struct image_scan scan;
    struct failure failure;
    size_t size = make_image(&f->maker, name, trusted, &f->ec, f->port.slots[0]);
    int rc;

    memset(&f->slots, 0, sizeof f->slots);
    image_scan_start(&scan, &f->port.port, 0, size);
    do
        rc = image_scan_step(&scan, f->scratch, &failure);
    while (rc == STEP_AGAIN);
    assert_int_equal(rc, STEP_DONE);
    f->slots.images[0].size_bytes = (uint32_t)size;
    f->slots.images[0].descriptor_offset = (uint32_t)scan.descriptor_offset;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    maker_init(&f->maker);
    make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP256R1, &f->ec);
    make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP256R1, &f->other);
    make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP384R1, &f->p384);
    make_rsa_key(&f->maker, 2048, &f->rsa);
    fake_init(&f->port);
    run(f, "B-1", &f->ec);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    made_key_clear(&f->ec);
    made_key_clear(&f->other);
    made_key_clear(&f->p384);
    made_key_clear(&f->rsa);
    maker_clear(&f->maker);
    free(f);
    return 0;
}

static int check(struct fixture *f, size_t size, struct slots_image *image)
{
    struct verify verify;
    struct failure failure;
    int rc;

    verify_start(&verify, &f->port.port, &f->slots, size, f->scratch);
    do
        rc = verify_step(&verify, image, &failure);
    while (rc == STEP_AGAIN);
    verify_stop(&verify);
    return rc;
}

static void test_good(void **state)
{
    struct fixture *f = *state;
    struct slots_image image = {0};
    size_t size = make_image(&f->maker, "B-2", &f->rsa, &f->ec, f->port.slots[1]);

    assert_int_equal(check(f, size, &image), STEP_DONE);
    assert_string_equal(image.name, "B-2");
    assert_int_equal(image.size_bytes, size);
    assert_int_equal(image.descriptor_offset, 1020);
}

static void test_rsa(void **state)
{
    struct fixture *f = *state;
    struct slots_image image = {0};
    size_t size;

    run(f, "B-1", &f->rsa);
    size = make_image(&f->maker, "B-2", &f->rsa, &f->rsa, f->port.slots[1]);
    assert_int_equal(check(f, size, &image), STEP_DONE);
    size = make_image(&f->maker, "B-2", &f->rsa, &f->ec, f->port.slots[1]);
    assert_int_equal(check(f, size, &image), -RESULT_SIGNATURE_INVALID);
    run(f, "B-1", &f->ec);
}

// The key that counts is the running image's, not the one that the new image brings.
static void test_wrong_keys(void **state)
{
    struct fixture *f = *state;
    struct slots_image image = {0};
    size_t size = make_image(&f->maker, "B-2", &f->other, &f->other, f->port.slots[1]);

    assert_int_equal(check(f, size, &image), -RESULT_SIGNATURE_INVALID);
    size = make_image(&f->maker, "B-2", &f->rsa, &f->rsa, f->port.slots[1]);
    assert_int_equal(check(f, size, &image), -RESULT_SIGNATURE_INVALID);
    run(f, "B-1", &f->p384); // a curve that is not accepted
    size = make_image(&f->maker, "B-2", &f->p384, &f->p384, f->port.slots[1]);
    assert_int_equal(check(f, size, &image), -RESULT_SIGNATURE_INVALID);
    run(f, "B-1", &f->ec);
}

// Each of the running image's keys counts, and none that it has not.
static void test_several_keys(void **state)
{
    struct fixture *f = *state;
    const struct {
        const struct made_key *trusted[IMAGE_DESCRIPTOR_KEYS_MAX];
        size_t count;
        struct made_key *signer;
        int rc;
    } rows[] = {
        {{&f->other, &f->ec}, 2, &f->other, STEP_DONE},
        {{&f->other, &f->ec}, 2, &f->ec, STEP_DONE},
        {{&f->other, &f->ec}, 2, &f->rsa, -RESULT_SIGNATURE_INVALID},
        {{&f->rsa, &f->other, &f->ec}, 3, &f->ec, STEP_DONE},
        {{&f->p384, &f->rsa, &f->other, &f->ec}, 4, &f->ec, STEP_DONE},
        {{&f->p384, &f->ec, &f->other, &f->rsa}, 4, &f->rsa, STEP_DONE},
        {{&f->ec, &f->p384}, 2, &f->p384, -RESULT_SIGNATURE_INVALID},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slots_image image = {0};
        size_t size;

        make_descriptor_of("B-1", rows[i].trusted, rows[i].count, f->port.slots[0] + 1020);
        size = make_image(&f->maker, "B-2", rows[i].signer, rows[i].signer, f->port.slots[1]);
        assert_int_equal(check(f, size, &image), rows[i].rc);
        assert_int_equal(image.size_bytes, rows[i].rc == STEP_DONE ? size : 0);
    }
    run(f, "B-1", &f->ec);
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        int rc;
    } rows[] = {
        {"B-1.0", STEP_DONE},
        {"B-10", STEP_DONE},
        {"B-a", STEP_DONE},
        {"B-1", -RESULT_NOT_NEWER},
        {"B-01", -RESULT_NOT_NEWER},
        {"B-0", -RESULT_NOT_NEWER},
        {"B-0.9", -RESULT_NOT_NEWER},
        {"C-2", -RESULT_WRONG_BOARD},
        {"B-B-2", -RESULT_WRONG_BOARD},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slots_image image = {0};
        size_t size = make_image(&f->maker, rows[i].name, &f->ec, &f->ec, f->port.slots[1]);

        assert_int_equal(check(f, size, &image), rows[i].rc);
        assert_int_equal(image.size_bytes, rows[i].rc == STEP_DONE ? size : 0);
    }
}

static void test_descriptors(void **state)
{
    struct fixture *f = *state;
    struct slots_image image = {0};
    uint8_t *p = f->port.slots[1];
    size_t size;

    memset(p, 0, 5000);
    size = make_signature(&f->maker, &f->ec, p, 5000);
    assert_int_equal(check(f, size, &image), -RESULT_DESCRIPTOR_INVALID);
    make_descriptor("B-2", &f->ec, p + 400);
    make_descriptor("B-3", &f->ec, p + 2400);
    size = make_signature(&f->maker, &f->ec, p, 5000);
    assert_int_equal(check(f, size, &image), -RESULT_DESCRIPTOR_INVALID);
    memset(p, 0, 5000);
    make_descriptor("B-2", &f->ec, p + 402); // out of step
    size = make_signature(&f->maker, &f->ec, p, 5000);
    assert_int_equal(check(f, size, &image), -RESULT_DESCRIPTOR_INVALID);
    memset(p, 0, 5000);
    make_descriptor("B-2", &f->ec, p + 4900); // runs into the signature
    size = make_signature(&f->maker, &f->ec, p, 5000);
    assert_int_equal(check(f, size, &image), -RESULT_DESCRIPTOR_INVALID);
}

// Wherever the descriptor stands, also across the borders of the chunks that are searched.
static void test_descriptor_places(void **state)
{
    struct fixture *f = *state;
    uint8_t *p = f->port.slots[1];

    for (size_t at = 984; at <= 1056; at += 4) {
        struct slots_image image = {0};
        size_t size;

        memset(p, 0, 5000);
        make_descriptor("B-2", &f->ec, p + at);
        size = make_signature(&f->maker, &f->ec, p, 5000);
        assert_int_equal(check(f, size, &image), STEP_DONE);
        assert_int_equal(image.descriptor_offset, at);
    }
}

// Every bit around the end of the body, in the signature and in its length.
static void flip_bits(struct fixture *f, struct made_key *key)
{
    uint8_t *p = f->port.slots[1];
    size_t size = make_image(&f->maker, "B-2", key, key, p);
    struct slots_image good;

    for (size_t i = 4990 * 8; i < size * 8; i++) {
        struct slots_image image = {0};

        p[i / 8] ^= (uint8_t)(1 << i % 8);
        int rc = check(f, size, &image);

        p[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_true(rc == -RESULT_SIGNATURE_INVALID || rc == -RESULT_TRAILER_INVALID);
        assert_int_equal(image.size_bytes, 0);
    }
    assert_int_equal(check(f, size, &good), STEP_DONE);
}

static void test_bit_flips(void **state)
{
    struct fixture *f = *state;

    flip_bits(f, &f->ec);
    run(f, "B-1", &f->rsa);
    flip_bits(f, &f->rsa);
    run(f, "B-1", &f->ec);
}

static void test_truncated(void **state)
{
    struct fixture *f = *state;
    size_t size = make_image(&f->maker, "B-2", &f->ec, &f->ec, f->port.slots[1]);

    for (size_t n = 0; n < size; n += n < 80 || n > size - 90 ? 1 : 509) {
        struct slots_image image = {0};
        int rc = check(f, n, &image);

        assert_true(rc == -RESULT_SIGNATURE_INVALID || rc == -RESULT_TRAILER_INVALID);
    }
}

static void test_unreadable(void **state)
{
    struct fixture *f = *state;
    struct slots_image image = {0};

    assert_int_equal(check(f, FAKE_SLOT_SIZE + 1, &image), -RESULT_FLASH_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_rsa),
        cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_several_keys),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_descriptor_places),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_unreadable),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
