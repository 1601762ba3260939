// Whole files in a folder of their own.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "test/unit/server/base/scratch.h"

static void test_replace_and_read(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    scratch_path(*state, "a", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"one", 3, 0600, NULL), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)"two\0x", 5, 0640, NULL), 0);
    assert_int_equal(file_read(path, 5, &p, &n, NULL), 0);
    assert_int_equal(n, 5);
    assert_memory_equal(p, "two\0x", 6); // and a NUL
    free(p);
    assert_int_equal(scratch_mode(path), 0640);
}

static void test_empty_file(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    scratch_path(*state, "a", path);
    assert_int_equal(file_replace(path, NULL, 0, 0600, NULL), 0);
    assert_int_equal(file_read(path, 0, &p, &n, NULL), 0);
    assert_int_equal(n, 0);
    assert_string_equal((char *)p, "");
    free(p);
}

static void test_read_refuses(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct err err = {0};
    uint8_t *p;
    size_t n;

    scratch_path(*state, "a", path);
    assert_int_equal(file_read(path, 10, &p, &n, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(file_replace(path, (const uint8_t *)"four", 4, 0600, NULL), 0);
    assert_int_equal(file_read(path, 3, &p, &n, &err), ERR_TOO_LARGE);
    assert_int_equal(file_read(*state, 10, &p, &n, &err), ERR_INVALID); // a folder
    scratch_path(*state, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(20); // it must not wait for a writer
    assert_int_equal(file_read(path, 10, &p, &n, &err), ERR_INVALID);
    alarm(0);
}

static void test_replace_needs_its_folder(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "none/a", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), ERR_NOT_FOUND);
}

static void test_replace_leaves_nothing_behind_on_failure(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "a", path);
    assert_int_equal(file_make_folder(path, 0700, NULL), 0);
    assert_true(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL) < 0); // a folder is there
    assert_int_equal(scratch_count(*state), 1);
}

// Each kind of file that is none to be replaced, and stays what it is.
static void test_replace_takes_regular_files_only(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char target[SCRATCH_PATH_SIZE];
    struct err err = {0};
    struct stat st;

    scratch_path(*state, "target", target);
    assert_int_equal(file_replace(target, (const uint8_t *)"old", 3, 0600, NULL), 0);
    scratch_path(*state, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(file_replace_keep(path, (const uint8_t *)"x", 1, 0600, NULL), ERR_CONFLICT);
    assert_true(lstat(path, &st) == 0 && S_ISFIFO(st.st_mode));
    scratch_path(*state, "link", path);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), ERR_CONFLICT);
    assert_true(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
    assert_int_equal(file_replace("/dev/null", (const uint8_t *)"x", 1, 0600, NULL), ERR_CONFLICT);
    assert_true(lstat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

static void test_replace_keeps_mode_and_owner(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct stat st;

    scratch_path(*state, "key", path);
    assert_int_equal(file_replace_keep(path, (const uint8_t *)"a", 1, 0600, NULL), 0);
    assert_int_equal(scratch_mode(path), 0600);
    assert_int_equal(chmod(path, 0640), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(path, 1234, 2345), 0);
    assert_int_equal(file_replace_keep(path, (const uint8_t *)"b", 1, 0600, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(st.st_uid, geteuid() == 0 ? 1234 : geteuid());
    assert_int_equal(st.st_gid, geteuid() == 0 ? 2345 : getegid());
}

static void test_output_goes_where_it_leads(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char target[SCRATCH_PATH_SIZE];
    char read_back[4] = "";
    struct stat st;
    uint8_t *p;
    size_t n;

    scratch_path(*state, "target", target);
    scratch_path(*state, "link", path);
    assert_int_equal(symlink("target", path), 0);
    assert_int_equal(file_output(path, (const uint8_t *)"x", 1, 0644, NULL), ERR_CONFLICT);
    assert_int_equal(file_output(target, (const uint8_t *)"one", 3, 0644, NULL), 0);
    assert_int_equal(file_output(path, (const uint8_t *)"two", 3, 0644, NULL), 0);
    assert_true(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
    assert_int_equal(file_read(target, 10, &p, &n, NULL), 0);
    assert_string_equal((char *)p, "two");
    free(p);

    scratch_path(*state, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);

    int fd = open(path, O_RDWR | O_NONBLOCK);

    assert_true(fd >= 0);
    assert_int_equal(file_output(path, (const uint8_t *)"abc", 3, 0644, NULL), 0);
    assert_int_equal(read(fd, read_back, 3), 3);
    assert_string_equal(read_back, "abc");
    close(fd);
    assert_int_equal(file_output("/dev/null", (const uint8_t *)"x", 1, 0644, NULL), 0);
    assert_true(lstat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    assert_true(file_output(*state, (const uint8_t *)"x", 1, 0644, NULL) < 0); // a folder
}

// Calls of the system in a row, and which of them fails.
static char calls[128];
static int call_count;
static int failing; // the how manieth; 0: none

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
#define WRAP(name, parameters, arguments)                                                          \
    int __wrap_##name parameters;                                                                  \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        return is_failing(#name) ? -1 : __real_##name arguments;                                   \
    }

// A file that somebody else sweeps beside before each call, or "".
static char swept[SCRATCH_PATH_SIZE];

static bool is_failing(const char *name)
{
    size_t n = strlen(calls);

    if (swept[0] != '\0') {
        char path[SCRATCH_PATH_SIZE];

        memcpy(path, swept, sizeof path);
        swept[0] = '\0'; // sweeping makes such calls itself
        file_sweep(path);
        memcpy(swept, path, sizeof swept);
    }
    snprintf(calls + n, sizeof calls - n, "%s ", name);
    errno = EIO;
    return ++call_count == failing;
}

WRAP(fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP(fsync, (int fd), (fd))
WRAP(rename, (const char *from, const char *to), (from, to))

int __wrap_close(int fd);
int __real_close(int fd);

int __wrap_close(int fd)
{
    int rc = __real_close(fd); // in any case, as the system does

    return is_failing("close") ? -1 : rc;
}

ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    return is_failing("write") ? -1 : __real_write(fd, p, n);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static void begin(int nth)
{
    calls[0] = '\0';
    call_count = 0;
    failing = nth;
}

// What is told as done lasts: the bytes are on the disk before the name leads to them, and then the
// name is. Whatever fails, all of the old or all of the new is there, and nothing beside it.
static void test_each_step_may_fail(void **state)
{
    static const char steps[] = "write fchmod fsync close rename close fsync close ";
    char path[SCRATCH_PATH_SIZE];
    int rc = -1;

    scratch_path(*state, "a", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"old", 3, 0600, NULL), 0);
    for (int nth = 1; nth <= 9; nth++) {
        struct err err = {0};
        uint8_t *p;
        size_t n;

        begin(nth);
        rc = file_replace(path, (const uint8_t *)"new", 3, 0600, &err);
        begin(0);
        // Giving up the lock, and closing the folder, says nothing.
        if ((rc < 0) != (nth <= 5 || nth == 7))
            fail_msg("call %d: %d", nth, rc);
        if (rc < 0)
            assert_non_null(strstr(err.message, path));
        assert_int_equal(scratch_count(*state), 1);
        assert_int_equal(file_read(path, 10, &p, &n, NULL), 0);
        assert_string_equal((char *)p, nth <= 5 ? "old" : "new");
        free(p);
    }
    begin(0);
    assert_int_equal(file_replace(path, (const uint8_t *)"new", 3, 0600, NULL), 0);
    assert_string_equal(calls, steps);
}

// It is locked until it has its name.
static void test_writing_holds_its_file(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    scratch_path(*state, "a", path);
    scratch_path(*state, "a", swept);
    begin(0);

    int rc = file_replace(path, (const uint8_t *)"new", 3, 0600, NULL);

    swept[0] = '\0';
    assert_int_equal(rc, 0);
    assert_int_equal(file_read(path, 10, &p, &n, NULL), 0);
    assert_string_equal((char *)p, "new");
    free(p);
    assert_int_equal(scratch_count(*state), 1);
}

static void test_no_folder_is_none(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(*state, "file", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
    assert_int_equal(file_make_folder(path, 0700, &err), ERR_CONFLICT);
    scratch_path(*state, "link", path);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(file_make_folder(path, 0700, &err), ERR_NOT_FOUND);
}

static void test_make_folder(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char file[SCRATCH_PATH_SIZE];

    scratch_path(*state, "a/b/c", path);
    assert_int_equal(file_make_folder(path, 0700, NULL), 0);
    assert_int_equal(file_make_folder(path, 0700, NULL), 0);
    assert_int_equal(scratch_mode(path), 0700);
    scratch_path(*state, "a/file", file);
    assert_int_equal(file_replace(file, (const uint8_t *)"x", 1, 0600, NULL), 0);
    scratch_path(*state, "a/file/b", path);
    assert_true(file_make_folder(path, 0700, NULL) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_replace_and_read, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_empty_file, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_read_refuses, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_replace_needs_its_folder, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_replace_leaves_nothing_behind_on_failure, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_replace_takes_regular_files_only, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_replace_keeps_mode_and_owner, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_output_goes_where_it_leads, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_each_step_may_fail, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_writing_holds_its_file, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_make_folder, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_no_folder_is_none, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
