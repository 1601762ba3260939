// A file that gets its name once it is whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    assert_int_equal(new_file_open(path, 0600, &file, NULL), 0);
    assert_int_equal(new_file_write("ne", 2, file, NULL), 0);
    assert_int_equal(new_file_write("w", 1, file, NULL), 0);
    expect_text(path, "old");
    assert_int_equal(new_file_commit(file, NULL), 0);
    expect_text(path, "new");
    assert_int_equal(scratch_mode(path), 0600);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_there_stays_until_the_end),
        TEST(given_up_it_leaves_nothing),
        TEST(what_a_kill_left_is_swept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
