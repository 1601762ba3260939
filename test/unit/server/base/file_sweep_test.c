// What is left of files that were about to be replaced.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "test/unit/server/base/scratch.h"

static void put(const char *folder, const char *name)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
}

static bool has(const char *folder, const char *name)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    return scratch_mode(path) >= 0;
}

// What a writer left that was killed, and nothing else: as a copy that somebody has made.
static void test_sweep(void **state)
{
    static const char *const others[] = {"a", "a.backup", "a.Ab12cD", "a.tmp", "a.Ab12c.tmp",
        "a.Ab12cDe.tmp", "a.Ab1_cD.tmp", "a.Ab12cD.tmp.old", "aa.Ab12cD.tmp", "b.Ab12cD.tmp",
        ".Ab12cD.tmp"};
    size_t count = sizeof others / sizeof others[0];
    char path[SCRATCH_PATH_SIZE];
    char folder[SCRATCH_PATH_SIZE];

    for (size_t i = 0; i < count; i++)
        put(*state, others[i]);
    put(*state, "a.Ab12cD.tmp");
    put(*state, "a.000000.tmp");
    scratch_path(*state, "a.Folder.tmp", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    scratch_path(*state, "a", path);
    file_sweep(path);
    assert_int_equal(scratch_count(*state), count + 1);
    for (size_t i = 0; i < count; i++)
        assert_true(has(*state, others[i]));
    file_sweep_folder_of(path);
    assert_int_equal(scratch_count(*state), count + 1 - 2);
    assert_false(has(*state, "aa.Ab12cD.tmp"));
    assert_false(has(*state, "b.Ab12cD.tmp"));
    file_sweep_folder_of("/nowhere/a");
    file_sweep("/nowhere/a");
}

// What somebody is writing is no leftover.
static void test_sweep_leaves_what_is_written(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    put(*state, "a.Ab12cD.tmp");
    scratch_path(*state, "a.Ab12cD.tmp", path);

    int fd = open(path, O_RDONLY);

    assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
    file_sweep_folder_of(path);
    assert_true(has(*state, "a.Ab12cD.tmp"));
    close(fd);
    file_sweep_folder_of(path);
    assert_int_equal(scratch_count(*state), 0);
}

static void test_output_sweeps(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    put(*state, "a.Ab12cD.tmp");
    put(*state, "b.Ab12cD.tmp");
    scratch_path(*state, "a", path);
    assert_int_equal(file_output(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
    assert_int_equal(scratch_count(*state), 2);
    assert_true(has(*state, "b.Ab12cD.tmp"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sweep),
        TEST(test_sweep_leaves_what_is_written),
        TEST(test_output_sweeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
