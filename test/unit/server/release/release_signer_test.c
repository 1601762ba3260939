// Which known key signed an image: none but the one that did.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/image/image_sign.h"
#include "server/pki/private_key.h"
#include "server/release/release_signer.h"

#define KEYS 4 // the last two of P-256

static struct private_key *secrets[KEYS];
static struct image_key keys[KEYS];
static uint8_t *signed_by[KEYS];
static size_t sizes[KEYS];

static int make(void **state)
{
    static const uint8_t body[] = "what a device would run";

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        struct public_key public_half;

        if (private_key_generate(
                i < 2 ? PRIVATE_KEY_RSA2048 : PRIVATE_KEY_P256, &secrets[i], NULL) < 0 ||
            private_key_public(secrets[i], &public_half, NULL) < 0 ||
            image_sign(body, sizeof body, secrets[i], &signed_by[i], &sizes[i], NULL) < 0)
            return -1;
        snprintf(keys[i].id, sizeof keys[i].id, "key-%zu", i);
        memcpy(keys[i].der, public_half.der, public_half.size_bytes);
        keys[i].der_size = public_half.size_bytes;
    }
    return 0;
}

static int clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        private_key_free(secrets[i]);
        free(signed_by[i]);
    }
    return 0;
}

static void test_each(void **state)
{
    const struct release_catalogue all = {.keys = keys, .key_count = KEYS};

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        char id[IMAGE_KEY_ID_SIZE] = "";

        assert_true(release_signer_find(&all, signed_by[i], sizes[i], id));
        assert_string_equal(id, keys[i].id);
        for (size_t k = 0; k < KEYS; k++)
            assert_int_equal(
                release_signer_verifies(&all, keys[k].id, signed_by[i], sizes[i]), i == k);
        assert_false(release_signer_verifies(&all, "key-9", signed_by[i], sizes[i]));
    }
}

// A key that is not known, or not any more, verifies nothing.
static void test_unknown(void **state)
{
    const struct release_catalogue first = {.keys = keys, .key_count = 1};
    const struct release_catalogue none = {.keys = NULL, .key_count = 0};
    char id[IMAGE_KEY_ID_SIZE] = "untouched";

    (void)state;
    assert_false(release_signer_find(&first, signed_by[1], sizes[1], id));
    assert_false(release_signer_find(&none, signed_by[0], sizes[0], id));
    assert_string_equal(id, "untouched");
    assert_false(release_signer_verifies(&first, keys[1].id, signed_by[1], sizes[1]));
}

// Nor what was changed since, cut off, or signed by nobody; nor a key that is damaged.
static void test_damaged(void **state)
{
    struct release_catalogue all = {.keys = keys, .key_count = KEYS};
    char id[IMAGE_KEY_ID_SIZE];

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        for (size_t at = 0; at < sizes[i]; at += 7) {
            signed_by[i][at] ^= 1;
            assert_false(release_signer_find(&all, signed_by[i], sizes[i], id));
            assert_false(release_signer_verifies(&all, keys[i].id, signed_by[i], sizes[i]));
            signed_by[i][at] ^= 1;
        }
        assert_false(release_signer_find(&all, signed_by[i], sizes[i] - 1, id));
        assert_false(release_signer_find(&all, signed_by[i], 0, id));
        keys[i].der_size--;
        assert_false(release_signer_find(&all, signed_by[i], sizes[i], id));
        keys[i].der_size++;
        assert_true(release_signer_find(&all, signed_by[i], sizes[i], id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_damaged),
    };

    return cmocka_run_group_tests(tests, make, clear);
}
