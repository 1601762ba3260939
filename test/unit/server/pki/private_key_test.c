// Private keys on disk, and PEM to DER.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/pem.h"
#include "server/pki/private_key.h"
#include "test/unit/server/base/scratch.h"

// Split, so that no search for committed keys stops here.
#define BEGIN_KEY                                                                                  \
    "-----BEGIN "                                                                                  \
    "PRIVATE KEY-----"

static void put(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0600, NULL), 0);
}

static void test_save_and_load(void **state)
{
    static const enum private_key_kind kinds[] = {PRIVATE_KEY_P256, PRIVATE_KEY_RSA2048};
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "a.key", path);
    for (size_t i = 0; i < 2; i++) {
        struct private_key *key;
        struct private_key *again;
        struct public_key one;
        struct public_key two;
        char *pem;
        size_t size;

        assert_int_equal(private_key_generate(kinds[i], &key, NULL), 0);
        assert_int_equal(private_key_to_pem(key, &pem, &size, NULL), 0);
        assert_int_equal(strlen(pem), size);
        assert_memory_equal(pem, BEGIN_KEY "\n", 28);
        put(path, pem);
        assert_int_equal(private_key_load(path, &again, NULL), 0);
        assert_int_equal(private_key_public(key, &one, NULL), 0);
        assert_int_equal(private_key_public(again, &two, NULL), 0);
        assert_string_equal(one.id, two.id);
        free(pem);
        private_key_free(key);
        private_key_free(again);
    }
    private_key_free(NULL);
}

static void test_load_refuses(void **state)
{
    static const char encrypted[] = "-----BEGIN ENCRYPTED "
                                    "PRIVATE KEY-----\nMAA=\n"
                                    "-----END ENCRYPTED PRIVATE KEY-----\n";
    static const char damaged[] = BEGIN_KEY "\nMAA=\n-----END PRIVATE KEY-----\n";
    struct private_key *key;
    struct err err;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "a.key", path);
    assert_int_equal(private_key_load(path, &key, &err), ERR_NOT_FOUND);
    put(path, "no key");
    assert_int_equal(private_key_load(path, &key, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, path));
    put(path, encrypted);
    assert_int_equal(private_key_load(path, &key, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "passphrase"));
    put(path, damaged);
    assert_int_equal(private_key_load(path, &key, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "damaged"));
}

static void test_pem_to_der(void **state)
{
    struct private_key *key;
    uint8_t *der;
    size_t size;
    char *pem;

    (void)state;
    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(private_key_to_pem(key, &pem, &size, NULL), 0);

    size_t pem_size = size;

    assert_int_equal(pem_to_der((uint8_t *)pem, pem_size, &der, &size, NULL), 0);
    assert_int_equal(der[0], 0x30);
    assert_int_equal(der[2] + 3, size); // a sequence of less than 256 bytes: 30 81 NN
    free(der);
    for (size_t n = 0; n + 1 < pem_size; n += 5)
        assert_int_equal(pem_to_der((uint8_t *)pem, n, &der, &size, NULL), ERR_INVALID);
    free(pem);
    private_key_free(key);
}

// What is no certificate and no private key is passed over, whatever its label begins with.
static void test_other_pem(void **state)
{
    static const char text[] = "-----BEGIN PRIVATE KEYS-----\nMAA=\n-----END PRIVATE KEYS-----\n";
    uint8_t *der;
    size_t size;

    (void)state;
    assert_int_equal(
        pem_to_der((const uint8_t *)text, strlen(text), &der, &size, NULL), ERR_INVALID);
    // Longer than any such file; refused before a byte is read.
    assert_int_equal(
        pem_to_der((const uint8_t *)text, (size_t)1 << 24 | 1, &der, &size, NULL), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_save_and_load, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_load_refuses, scratch_make, scratch_remove),
        cmocka_unit_test(test_pem_to_der),
        cmocka_unit_test(test_other_pem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
