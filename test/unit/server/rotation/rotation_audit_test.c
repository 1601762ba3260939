// What the audit log says of a change of the CA: also of its end, which nobody asks for.
#include "server/rotation/rotation_change.h"
#include "server/rotation/rotation_drive.h"
#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

#define OLD_CA "00000000000000000000000000000000000000000000000000000000000000aa"
#define NEW_CA "00000000000000000000000000000000000000000000000000000000000000bb"

static const struct audit_author anna = {.who = "uid 1000", .user = "anna"};

static int64_t count(struct fixture *f, const char *condition)
{
    char sql[256];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM audit WHERE kind = 'rotation'%s", condition);
    return fixture_query(f, sql);
}

static void drive(struct fixture *f, bool is_over)
{
    struct rotation_drive drive = {true, is_over};

    fixture_write(f, rotation_drive_run, &drive);
}

static void test_from_start_to_end(void **state)
{
    const char(*left)[MAC_SIZE] = (const char(*)[MAC_SIZE])MAC_1;
    struct rotation_change_wish wish = {ROTATION_ABORTING, left, 1, &anna};
    struct fixture *f = *state;
    size_t moved;

    fixture_add_device(f, MAC_1);
    assert_int_equal(rotation_change_start(f->store, &anna, OLD_CA, NEW_CA, NULL), 0);
    assert_int_equal(rotation_change_start(f->store, &anna, OLD_CA, NEW_CA, NULL), 0);
    assert_int_equal(count(f, ""), 1);
    assert_int_equal(
        count(f, " AND verb = 'start' AND before_json = '' AND user_name = 'anna'"), 1);
    assert_int_equal(rotation_change_advance(f->store, &wish, &moved, NULL), 0);
    assert_int_equal(count(f, " AND verb = 'abort' AND user_name = 'anna'"), 1);
    assert_int_equal(
        count(f, " AND after_json LIKE '%\"left\":1,\"left_macs\":[\"" MAC_1 "\"]}'"), 1);
    drive(f, false); // what devices are told is no change of an operator
    assert_int_equal(count(f, ""), 2);
    drive(f, true);
    assert_int_equal(count(f, ""), 3);
    assert_int_equal(
        count(f, " AND verb = 'finish' AND who = 'daemon' AND before_json LIKE '%aborting%'"
                 " AND after_json = ''"),
        1);
    drive(f, true);
    assert_int_equal(count(f, ""), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_from_start_to_end, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
