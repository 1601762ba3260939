// The database of a backup is the marked copy of one, and whole.
#include "server/backup/backup_check.h"

#include "server/base/file.h"
#include "server/store/store_copy.h"
#include "test/unit/server/store/store_fixture.h"

static bool goes_on(void *ctx)
{
    (void)ctx;
    return true;
}

static void test_check(void **state)
{
    struct fixture *f = *state;
    char copy[SCRATCH_PATH_SIZE];
    struct store_copy_wish wish = {f->path, copy, goes_on, NULL};
    struct backup_check_facts facts = {0};
    struct err err = {0};

    scratch_path(f->folder, "copy", copy);
    assert_int_equal(backup_check_database(copy, &facts, NULL), ERR_IO);
    fixture_add_device(f, MAC_1);
    assert_int_equal(store_copy_make(&wish, NULL), 0);
    assert_int_equal(backup_check_database(copy, &facts, &err), 0);
    assert_true(facts.version > 0);
    assert_int_equal(facts.devices, 1);
    assert_int_equal(facts.images, 0);
    fixture_close(f);
    assert_int_equal(backup_check_database(f->path, &facts, &err), ERR_INVALID); // the original
    assert_non_null(strstr(err.message, "not the copy that a backup has"));
    fixture_open(f);
    assert_int_equal(file_replace(copy, (const uint8_t *)"garbage", 7, 0600, NULL), 0);
    assert_int_equal(backup_check_database(copy, &facts, NULL), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_check)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
