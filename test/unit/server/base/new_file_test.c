// A file that gets its name once it is whole.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/base/new_file.h"
#include "test/unit/server/base/scratch.h"

static void expect_text(const char *path, const char *text)
{
    uint8_t *p;
    size_t n;

    assert_int_equal(file_read(path, 100, &p, &n, NULL), 0);
    assert_string_equal((char *)p, text);
    free(p);
}

static void what_was_there_stays_until_the_end(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct new_file *file;

    scratch_path(*state, "a", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"old", 3, 0644, NULL), 0);
    assert_int_equal(new_file_open(path, 0640, &file, NULL), 0);
    assert_int_equal(new_file_write("ne", 2, file, NULL), 0);
    assert_int_equal(new_file_write("w", 1, file, NULL), 0);
    expect_text(path, "old");
    assert_int_equal(new_file_commit(file, NULL), 0);
    expect_text(path, "new");
    assert_int_equal(scratch_mode(path), 0640);
    new_file_free(file);
    expect_text(path, "new");
    assert_int_equal(scratch_count(*state), 1);
}

static void given_up_it_leaves_nothing(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct new_file *file;

    scratch_path(*state, "a", path);
    assert_int_equal(new_file_open(path, 0600, &file, NULL), 0);
    assert_int_equal(new_file_write("new", 3, file, NULL), 0);
    // Nobody sweeps what is still written.
    file_sweep(path);
    assert_int_equal(scratch_count(*state), 1);
    new_file_free(file);
    new_file_free(NULL);
    assert_int_equal(scratch_count(*state), 0);
    scratch_path(*state, "none/a", path);
    assert_int_equal(new_file_open(path, 0600, &file, NULL), ERR_NOT_FOUND);
}

static void what_a_kill_left_is_swept(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char left[SCRATCH_PATH_SIZE];

    scratch_path(*state, "a", path);
    scratch_path(*state, "a.Xy12zA.tmp", left);
    assert_int_equal(file_replace(left, (const uint8_t *)"half", 4, 0600, NULL), 0);
    file_sweep(path);
    assert_int_equal(scratch_count(*state), 0);
}

// Calls of the system in a row, and which of them fails.
static char calls[64];
static int failing; // the how manieth; 0: none

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __wrap_fsync(int fd);
int __real_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __real_rename(const char *from, const char *to);

static bool is_failing(const char *name)
{
    size_t n = strlen(calls);

    snprintf(calls + n, sizeof calls - n, "%s ", name);
    errno = EIO;
    return --failing == 0;
}

int __wrap_fsync(int fd)
{
    struct stat st = {0};
    bool is_folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

    return is_failing(is_folder ? "sync-folder" : "sync") ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    return is_failing("rename") ? -1 : __real_rename(from, to);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// The bytes are on the disk before the name leads to them, and then the name is. Whatever fails,
// all of the old or all of the new is there, and nothing beside it.
static void what_is_told_as_done_lasts(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct new_file *file;

    scratch_path(*state, "a", path);
    for (int nth = 0; nth <= 3; nth++) {
        assert_int_equal(file_replace(path, (const uint8_t *)"old", 3, 0600, NULL), 0);
        assert_int_equal(new_file_open(path, 0600, &file, NULL), 0);
        assert_int_equal(new_file_write("new", 3, file, NULL), 0);
        calls[0] = '\0';
        failing = nth;
        assert_int_equal(new_file_commit(file, NULL) < 0, nth > 0);
        failing = 0;
        new_file_free(file);
        if (nth == 0)
            assert_string_equal(calls, "sync rename sync-folder ");
        expect_text(path, nth == 1 || nth == 2 ? "old" : "new");
        assert_int_equal(scratch_count(*state), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_there_stays_until_the_end),
        TEST(given_up_it_leaves_nothing),
        TEST(what_a_kill_left_is_swept),
        TEST(what_is_told_as_done_lasts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
