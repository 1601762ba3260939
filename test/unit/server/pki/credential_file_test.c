// Files of keys and certificates: never open to others, never in place of one that is there.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/credential_file.h"
#include "test/unit/server/base/scratch.h"

// What the calls of the system are seen to do, and told to.
static struct {
    const char *path;
    int mode_when_written; // of the file, at the first byte
    bool write_fails;
    bool chmod_fails;
    int syncs;
} seen;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __real_syncfs(int fd);
int __wrap_syncfs(int fd);

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (seen.path != NULL && seen.mode_when_written == 0)
        seen.mode_when_written = scratch_mode(seen.path);
    if (!seen.write_fails)
        return __real_write(fd, p, n);
    errno = ENOSPC;
    return -1;
}

int __wrap_fchmod(int fd, mode_t mode)
{
    if (!seen.chmod_fails)
        return __real_fchmod(fd, mode);
    errno = EPERM;
    return -1;
}

int __wrap_syncfs(int fd)
{
    seen.syncs++;
    return __real_syncfs(fd);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static int set_up(void **state)
{
    memset(&seen, 0, sizeof seen);
    umask(0); // nothing is left to it
    return scratch_make(state);
}

static void expect_text(const char *path, const char *text)
{
    uint8_t *found;
    size_t n;

    assert_int_equal(file_read(path, 256, &found, &n, NULL), 0);
    assert_string_equal((char *)found, text);
    free(found);
}

static void test_modes(void **state)
{
    static const mode_t modes[] = {CREDENTIAL_FILE_SECRET, CREDENTIAL_FILE_PUBLIC};
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "file", path);
    for (size_t i = 0; i < 2; i++) {
        memset(&seen, 0, sizeof seen);
        seen.path = path;
        assert_int_equal(credential_file_write(path, "text", modes[i], false, NULL), 0);
        assert_int_equal(seen.mode_when_written, 0600);
        assert_int_equal(scratch_mode(path), modes[i]);
        expect_text(path, "text");
        assert_int_equal(unlink(path), 0);
    }
}

static void test_what_is_there(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char link[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(*state, "file", path);
    scratch_path(*state, "link", link);
    assert_int_equal(credential_file_is_free(path, NULL), 0);
    assert_int_equal(credential_file_write(path, "one", 0600, false, NULL), 0);
    assert_int_equal(credential_file_is_free(path, &err), ERR_CONFLICT);
    assert_int_equal(credential_file_write(path, "two", 0600, false, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "--force"));
    expect_text(path, "one");
    // A link is there too, wherever it leads: nothing is written behind it.
    assert_int_equal(symlink("elsewhere", link), 0);
    assert_int_equal(credential_file_is_free(link, &err), ERR_CONFLICT);
    assert_int_equal(credential_file_write(link, "two", 0600, false, &err), ERR_CONFLICT);
    scratch_path(*state, "elsewhere", link);
    assert_int_equal(scratch_mode(link), -1);
    // With force its mode stays, by which a service reads its key.
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(credential_file_write(path, "two", 0600, true, &err), 0);
    expect_text(path, "two");
    assert_int_equal(scratch_mode(path), 0640);
}

// Half a key is none.
static void test_failures(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(*state, "file", path);
    seen.write_fails = true;
    assert_int_equal(credential_file_write(path, "text", 0600, false, &err), ERR_IO);
    assert_int_equal(scratch_mode(path), -1);
    seen.write_fails = false;
    seen.chmod_fails = true;
    assert_int_equal(credential_file_write(path, "text", 0644, false, &err), ERR_DENIED);
    assert_int_equal(scratch_mode(path), -1);
    seen.chmod_fails = false;
    scratch_path(*state, "none/file", path);
    assert_int_equal(credential_file_write(path, "text", 0600, false, &err), ERR_IO);
    assert_non_null(strstr(err.message, "none/file"));
}

static void test_sync(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    assert_int_equal(credential_file_sync(*state, NULL), 0);
    assert_int_equal(seen.syncs, 1);
    scratch_path(*state, "none", path);
    assert_int_equal(credential_file_sync(path, NULL), ERR_IO);
    scratch_path(*state, "file", path);
    assert_int_equal(credential_file_write(path, "text", 0600, false, NULL), 0);
    assert_int_equal(credential_file_sync(path, NULL), ERR_IO); // a folder is meant
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_modes),
        TEST(test_what_is_there),
        TEST(test_failures),
        TEST(test_sync),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
