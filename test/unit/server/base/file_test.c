// Whole files in a folder of their own.
#include <setjmp.h>
#include <stdarg.h>
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
        cmocka_unit_test_setup_teardown(test_make_folder, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
