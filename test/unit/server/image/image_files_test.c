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
    assert_int_equal(scratch_mode(path), 0600);
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

static char synced[16]; // 'd' for a folder, 'f' for a file, in a row
static size_t synced_n;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __wrap_fsync(int fd);
int __real_fsync(int fd);

int __wrap_fsync(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && synced_n + 1 < sizeof synced)
        synced[synced_n++] = S_ISDIR(st.st_mode) ? 'd' : 'f';
    synced[synced_n] = '\0';
    return __real_fsync(fd);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// What was added is there after a power cut: its folder's name, its bytes, its own name.
static void test_put_lasts(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];

    digest_sha256(IMAGE, IMAGE_SIZE, sha256);
    synced_n = 0;
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    assert_string_equal(synced, "dfd");
}

static void test_largest(void **state)
{
    size_t max = (size_t)16 * 1024 * 1024;
    uint8_t *p = calloc(1, max + 1);
    char sha256[DIGEST_SHA256_TEXT_SIZE];

    assert_non_null(p);
    digest_sha256(p, max, sha256);
    assert_int_equal(image_files_put(*state, sha256, p, max, NULL), 0);
    digest_sha256(p, max + 1, sha256);
    assert_int_equal(image_files_put(*state, sha256, p, max + 1, NULL), ERR_TOO_LARGE);
    free(p);
}

// Removing what is not there is no fault; folders of others are left alone.
static void test_remove(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char folder[SCRATCH_PATH_SIZE];
    char path[SCRATCH_PATH_SIZE];

    digest_sha256(IMAGE, IMAGE_SIZE, sha256);
    scratch_path(*state, "abz", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    scratch_path(folder, sha256, path);
    assert_int_equal(file_replace(path, IMAGE, IMAGE_SIZE, 0600, NULL), 0);
    assert_false(image_files_any(*state));
    assert_int_equal(image_files_put(*state, sha256, IMAGE, IMAGE_SIZE, NULL), 0);
    assert_true(image_files_any(*state));
    assert_int_equal(image_files_remove(*state, sha256, NULL), 0);
    assert_int_equal(image_files_remove(*state, sha256, NULL), 0);
    assert_false(image_files_any(*state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_put_read),
        TEST(test_refusals),
        TEST(test_damage),
        TEST(test_what_was_left_unfinished_goes),
        TEST(test_put_lasts),
        TEST(test_largest),
        TEST(test_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
