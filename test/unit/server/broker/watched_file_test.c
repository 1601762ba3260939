// Tests of when a file is to be read again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/broker/watched_file.h"
#include "test/unit/server/base/scratch.h"

#define LATER_MS 5000 // in which a file is no longer young

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_changes(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char other[SCRATCH_PATH_SIZE];
    struct watched_file file = {.path = path};
    int64_t later = clock_system_ms() + LATER_MS;

    scratch_path(*state, "file", path);
    scratch_path(*state, "other", other);
    assert_true(watched_file_is_other(&file, later)); // there is none: it is told once
    assert_false(watched_file_is_other(&file, later));
    put(path, "a");
    assert_true(watched_file_is_other(&file, later));
    assert_false(watched_file_is_other(&file, later));
    put(path, "ab");
    assert_true(watched_file_is_other(&file, later));
    put(other, "xy"); // of the same size
    assert_int_equal(rename(other, path), 0);
    assert_true(watched_file_is_other(&file, later));
    assert_false(watched_file_is_other(&file, later));
    assert_int_equal(unlink(path), 0);
    assert_true(watched_file_is_other(&file, later));
    assert_false(watched_file_is_other(&file, later));
}

// Within a tick of the file system's clock nothing shows: once more, later.
static void test_young(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct watched_file file = {.path = path};
    struct stat st;

    scratch_path(*state, "file", path);
    put(path, "a");
    assert_int_equal(stat(path, &st), 0);

    int64_t at_ms = (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000;

    assert_true(watched_file_is_other(&file, at_ms));
    assert_false(watched_file_is_other(&file, at_ms + 500));
    assert_true(watched_file_is_other(&file, at_ms + 1000));
    assert_false(watched_file_is_other(&file, at_ms + 1500));
    // a file from the future, as after the clock was set, does not keep us busy
    file = (struct watched_file){.path = path};
    assert_true(watched_file_is_other(&file, at_ms - 100000));
    assert_false(watched_file_is_other(&file, at_ms - 90000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_changes, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_young, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
