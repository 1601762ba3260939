// Tests of which devices are run.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/host/fleet.h"
#include "test/unit/server/base/scratch.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

static void make_folder(const char *folder, const char *name)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void test_single(void **state)
{
    struct fleet fleet;

    (void)state;
    assert_int_equal(fleet_single(&fleet, "/a/b", "84f3eb012345"), 0);
    assert_int_equal(fleet.count, 1);
    assert_string_equal(fleet.members[0].mac, "84f3eb012345");
    assert_string_equal(fleet.members[0].folder, "/a/b");
    fleet_clear(&fleet);
    assert_int_equal(fleet.count, 0);
    fleet_clear(&fleet);
}

static void test_find(void **state)
{
    static const struct {
        const char *first;
        size_t count;
        size_t found;
        const char *mac; // of the first one found
    } rows[] = {
        {"", 100, 3, "84f3eb000001"},
        {"", 2, 2, "84f3eb000001"},
        {"", 0, 0, NULL},
        {"84f3eb000002", 100, 2, "84f3eb000002"},
        {"84f3eb000003", 1, 1, "84f3eb00000a"},
        {"84f3eb00000b", 1, 0, NULL},
    };
    const char *folder = *state;
    struct fleet fleet;
    char path[SCRATCH_PATH_SIZE];

    make_folder(folder, "84f3eb00000a");
    make_folder(folder, "84f3eb000001");
    make_folder(folder, "84f3eb000002");
    make_folder(folder, "84F3EB000003"); // no MAC as we write it
    make_folder(folder, "84f3eb0000011");
    make_folder(folder, "tmp");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(fleet_find(&fleet, folder, rows[i].first, rows[i].count), 0);
        assert_int_equal(fleet.count, rows[i].found);
        if (rows[i].mac != NULL) {
            assert_string_equal(fleet.members[0].mac, rows[i].mac);
            scratch_path(folder, rows[i].mac, path);
            assert_string_equal(fleet.members[0].folder, path);
        }
        fleet_clear(&fleet);
    }
}

static void test_find_nothing(void **state)
{
    struct fleet fleet;

    assert_int_equal(fleet_find(&fleet, *state, "", 5), 0);
    assert_int_equal(fleet.count, 0);
    fleet_clear(&fleet);
    assert_int_equal(fleet_find(&fleet, "/nonexistent", "", 5), -1);
    fleet_clear(&fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single),
        TEST(test_find),
        TEST(test_find_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
