// Keys that wait in the database: only this secret opens them, and only for their device.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/key_vault.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define TEXT "a private key"

static struct key_vault *open_vault(const char *path)
{
    struct key_vault *vault;
    struct err err = {0};

    if (key_vault_open(path, &vault, &err) < 0)
        fail_msg("%s", err.message);
    return vault;
}

static int unseal(const struct key_vault *vault, const char *mac, const uint8_t *p, size_t n)
{
    uint8_t *text;
    size_t size;
    int rc = key_vault_unseal(vault, mac, p, n, &text, &size, NULL);

    if (rc < 0)
        return rc;
    assert_int_equal(size, strlen(TEXT));
    assert_memory_equal(text, TEXT, size);
    free(text);
    return 0;
}

static void test_only_its_own(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char other_path[SCRATCH_PATH_SIZE];
    struct stat st;
    uint8_t *sealed;
    uint8_t *again;
    size_t n;

    scratch_path(*state, "secret", path);
    scratch_path(*state, "other", other_path);

    struct key_vault *vault = open_vault(path);
    struct key_vault *other = open_vault(other_path);

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, KEY_VAULT_SECRET_SIZE);
    assert_int_equal(
        key_vault_seal(vault, MAC, (const uint8_t *)TEXT, strlen(TEXT), &sealed, &n, NULL), 0);
    assert_int_equal(n, strlen(TEXT) + KEY_VAULT_OVERHEAD);
    assert_null(memmem(sealed, n, TEXT, strlen(TEXT)));
    assert_int_equal(
        key_vault_seal(vault, MAC, (const uint8_t *)TEXT, strlen(TEXT), &again, &n, NULL), 0);
    assert_memory_not_equal(sealed, again, KEY_VAULT_NONCE_SIZE);
    free(again);
    key_vault_free(vault);
    vault = open_vault(path); // as after a restart
    assert_int_equal(unseal(vault, MAC, sealed, n), 0);
    assert_int_equal(unseal(vault, "84f3eb012346", sealed, n), ERR_INVALID);
    assert_int_equal(unseal(other, MAC, sealed, n), ERR_INVALID);
    for (size_t i = 0; i < n; i++) {
        sealed[i] ^= 1;
        assert_int_equal(unseal(vault, MAC, sealed, n), ERR_INVALID);
        sealed[i] ^= 1;
        assert_int_equal(unseal(vault, MAC, sealed, i), ERR_INVALID);
    }
    free(sealed);
    key_vault_free(vault);
    key_vault_free(other);
}

static void test_bounds(void **state)
{
    uint8_t *text = calloc(1, KEY_VAULT_TEXT_MAX + 1);
    char path[SCRATCH_PATH_SIZE];
    uint8_t *sealed;
    uint8_t *back;
    size_t n;

    scratch_path(*state, "secret", path);

    struct key_vault *vault = open_vault(path);

    assert_non_null(text);
    assert_int_equal(
        key_vault_seal(vault, MAC, text, KEY_VAULT_TEXT_MAX + 1, &sealed, &n, NULL), ERR_TOO_LARGE);
    assert_int_equal(key_vault_seal(vault, MAC, text, KEY_VAULT_TEXT_MAX, &sealed, &n, NULL), 0);
    assert_int_equal(key_vault_unseal(vault, MAC, sealed, n, &back, &n, NULL), 0);
    assert_int_equal(n, KEY_VAULT_TEXT_MAX);
    free(back);
    free(sealed);
    free(text);
    key_vault_free(vault);
}

static void test_bad_secrets(void **state)
{
    static const uint8_t bytes[KEY_VAULT_SECRET_SIZE + 1] = {1};
    struct key_vault *vault = NULL;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "secret", path);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        if (n == KEY_VAULT_SECRET_SIZE)
            continue;
        assert_int_equal(file_replace(path, bytes, n, 0600, NULL), 0);
        assert_int_equal(key_vault_open(path, &vault, NULL), ERR_INVALID);
    }
    assert_int_equal(file_replace(path, bytes, KEY_VAULT_SECRET_SIZE, 0644, NULL), 0);
    assert_int_equal(key_vault_open(path, &vault, NULL), ERR_DENIED);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(key_vault_open(path, &vault, NULL), 0);
    key_vault_free(vault);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_only_its_own),
        TEST(test_bounds),
        TEST(test_bad_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
