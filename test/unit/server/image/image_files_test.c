// Image files by their content.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/base/log.h"
#include "server/image/image_files.h"
#include "server/pki/digest.h"
#include "test/unit/server/base/scratch.h"

#define IMAGE ((const uint8_t *)"image")
#define IMAGE_SIZE 5

static void stored_path(const char *folder, const char *sha256, char out[SCRATCH_PATH_SIZE])
{
    char name[80];

    snprintf(name, sizeof name, "%.2s/%s", sha256, sha256);
    scratch_path(folder, name, out);
}

static void test_put_read(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char path[SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    digest_sha256(IMAGE, IMAGE_SIZE, sha256);
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    stored_path(*state, sha256, path);
    assert_int_equal(scratch_mode(path), 0640);
    assert_int_equal(image_files_read(*state, sha256, &p, &n, NULL), 0);
    assert_int_equal(n, IMAGE_SIZE);
    assert_memory_equal(p, IMAGE, IMAGE_SIZE);
    free(p);
}

static void test_refusals(void **state)
{
    static const char *const bad[] = {"", "..", "../../../../etc/passwd",
        "ABCDEF0000000000000000000000000000000000000000000000000000000000",
        "abcdef000000000000000000000000000000000000000000000000000000000",
        "abcdef00000000000000000000000000000000000000000000000000000000000"};
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    uint8_t *p;
    size_t n;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(image_files_put(*state, bad[i], IMAGE, IMAGE_SIZE, NULL), ERR_INVALID);
        assert_int_equal(image_files_read(*state, bad[i], &p, &n, NULL), ERR_INVALID);
    }
    digest_sha256(IMAGE, IMAGE_SIZE, sha256);
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE - 1, NULL), ERR_INVALID);
    assert_int_equal(scratch_count(*state), 0);
    assert_int_equal(image_files_read(*state, sha256, &p, &n, NULL), ERR_NOT_FOUND);
}

static void test_damage(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char path[SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    digest_sha256(IMAGE, IMAGE_SIZE, sha256);
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    stored_path(*state, sha256, path);
    assert_int_equal(file_replace(path, IMAGE, IMAGE_SIZE - 1, 0640, NULL), 0);
    // Adding the image again heals it.
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    assert_int_equal(image_files_read(*state, sha256, &p, &n, NULL), 0);
    assert_int_equal(n, IMAGE_SIZE);
    free(p);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/zero", path), 0);
    assert_true(image_files_read(*state, sha256, &p, &n, NULL) < 0);
}

static void test_what_was_left_unfinished_goes(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char path[SCRATCH_PATH_SIZE];
    char unfinished[SCRATCH_PATH_SIZE + 8];
    uint8_t *p;
    size_t n;

    digest_sha256(IMAGE, IMAGE_SIZE, sha256);
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    stored_path(*state, sha256, path);
    snprintf(unfinished, sizeof unfinished, "%s.a1B2c3", path);
    assert_int_equal(file_replace(unfinished, IMAGE, 2, 0600, NULL), 0);
    log_set_level(LOG_ERROR);
    image_files_sweep(*state);
    log_set_level(LOG_INFO);
    assert_int_equal(access(unfinished, F_OK), -1);
    assert_int_equal(image_files_read(*state, sha256, &p, &n, NULL), 0);
    free(p);
    image_files_sweep("/nowhere");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_put_read),
        TEST(test_refusals),
        TEST(test_damage),
        TEST(test_what_was_left_unfinished_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
