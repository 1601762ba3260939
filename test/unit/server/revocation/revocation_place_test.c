// Whose place a device has, however it has gone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/revocation/revocation_place.h"
#include "test/unit/server/revocation/replace_fixture.h"

// The place goes on from one to the next, and back.
static void test_places(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    must_replace(f, NEW, THIRD, false);
    assert_place(f, THIRD, OLD);
    assert_place(f, NEW, NEW);
    fixture_write(f, readmit, (void *)NEW);
    must_replace(f, THIRD, NEW, false); // undone
    assert_place(f, NEW, OLD);
    assert_place(f, THIRD, THIRD);
    fixture_write(f, readmit, (void *)OLD);
    must_replace(f, NEW, OLD, false); // that, too, though it has a history
    assert_place(f, OLD, OLD);
    assert_place(f, NEW, NEW);
    assert_int_equal(count_of(f, "statuses", OLD_KEY), 1);
    assert_int_equal(device_of(f, OLD).reboots, 3);
}

// The place is given once: who has it is named, however far it has gone.
static void test_a_place_that_is_given(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    must_refuse(f, OLD, THIRD, ERR_CONFLICT, "was already replaced by " NEW);
    must_refuse(f, OLD, THIRD, ERR_CONFLICT, "'secureesp devices replace " NEW " " THIRD "'");
    must_refuse(f, OLD, NEW, ERR_CONFLICT, "was already replaced by " NEW);
    assert_true(replace(f, OLD, THIRD, true, NULL) < 0); // however it is meant
    must_replace(f, NEW, THIRD, false);
    must_refuse(f, OLD, FOURTH, ERR_CONFLICT, "'secureesp devices replace " THIRD " " FOURTH "'");
    must_refuse(f, NEW, FOURTH, ERR_CONFLICT, "'secureesp devices replace " THIRD " " FOURTH "'");
    fixture_query(f, "DELETE FROM events"); // as forgetting the device does
    fixture_query(f, "DELETE FROM commands");
    fixture_query(f, "DELETE FROM device_faults");
    fixture_query(f, "DELETE FROM devices WHERE mac = " OLD_KEY);
    must_refuse(f, OLD, FOURTH, ERR_CONFLICT, "was already replaced by " THIRD);
    assert_place(f, THIRD, OLD);
    assert_place(f, FOURTH, FOURTH);
}

static int revoke_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_change change = {.subject = ctx, .reason = "keyCompromise"};

    return revocation_change_revoke(connection, &change, err);
}

// It was found, is in again for another purpose, and is lost again: that is another life.
static void test_a_second_life(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    fixture_write(f, readmit, (void *)OLD);
    add_life(f, OLD, 5 * DAY_MS, 4);
    usleep(2000); // it was revoked at another millisecond than it was replaced
    fixture_write(f, revoke_device, (void *)OLD);
    must_replace(f, OLD, THIRD, false);
    assert_place(f, THIRD, OLD);
    assert_place(f, NEW, OLD);
    assert_int_equal(count_of(f, "statuses", NEW_KEY), 1);
    must_refuse(f, OLD, FOURTH, ERR_CONFLICT, "was already replaced by " THIRD);
}

// A cycle: the first board is found, and gets back its place from the last one.
static void test_a_circle(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    must_replace(f, NEW, THIRD, false);
    fixture_write(f, readmit, (void *)OLD);
    must_replace(f, THIRD, OLD, true);
    assert_place(f, OLD, OLD);
    assert_place(f, THIRD, THIRD);
    must_refuse(f, THIRD, FOURTH, ERR_CONFLICT, "'secureesp devices replace " OLD " " FOURTH "'");
    must_refuse(f, NEW, FOURTH, ERR_CONFLICT, "'secureesp devices replace " OLD " " FOURTH "'");
    must_replace(f, OLD, FOURTH, false);
    assert_place(f, FOURTH, OLD);
    must_refuse(f, THIRD, NEW, ERR_CONFLICT, "'secureesp devices replace " FOURTH " " NEW "'");
}

// One that has a place has no other beside it.
static void test_one_that_has_a_place(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    add_life(f, FOURTH, 8 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    must_refuse(f, FOURTH, NEW, ERR_CONFLICT, "already has the place of " OLD);
    must_replace(f, FOURTH, NEW, true);
    assert_place(f, NEW, FOURTH);
    must_replace(f, OLD, THIRD, false); // it is nobody's now
    assert_place(f, THIRD, OLD);
}

// One that had a place, and was replaced there, is used elsewhere: the way from the first to who
// has the place now is not lost.
static void test_one_that_had_a_place(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    add_life(f, FOURTH, 8 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    must_replace(f, NEW, THIRD, false);
    fixture_write(f, readmit, (void *)NEW);
    must_replace(f, FOURTH, NEW, true);
    assert_place(f, NEW, FOURTH);
    assert_place(f, THIRD, OLD);
    must_refuse(f, OLD, "84f3eb000005", ERR_CONFLICT, "was already replaced by " THIRD);
    must_refuse(f, FOURTH, "84f3eb000005", ERR_CONFLICT, "was already replaced by " NEW);
    fixture_write(f, readmit, (void *)FOURTH);
    must_replace(f, NEW, FOURTH, false); // undone
    assert_place(f, FOURTH, FOURTH);
    assert_place(f, THIRD, OLD);
}

// One that gave its place back has none that a third one could get: that one would come off with
// nothing.
static void test_a_place_that_was_given_back(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    fixture_write(f, readmit, (void *)OLD);
    must_replace(f, NEW, OLD, false); // undone
    assert_place(f, NEW, NEW);
    must_refuse(f, NEW, THIRD, ERR_CONFLICT, "was already replaced by " OLD);
    must_refuse(f, NEW, THIRD, ERR_CONFLICT, "'secureesp devices replace " OLD " " THIRD "'");
    must_refuse(f, NEW, OLD, ERR_CONFLICT, "was already replaced by " OLD);
    must_replace(f, OLD, THIRD, false);
    must_refuse(f, NEW, FOURTH, ERR_CONFLICT, "'secureesp devices replace " THIRD " " FOURTH "'");
    // it is used again, in a place of its own, and lost
    fixture_write(f, readmit, (void *)NEW);
    add_life(f, NEW, 5 * DAY_MS, 1);
    must_refuse(f, THIRD, NEW, ERR_CONFLICT, "is not new"); // that undoes nothing
    must_replace(f, NEW, FOURTH, false);
    assert_place(f, FOURTH, NEW);
    assert_place(f, THIRD, OLD);
    must_refuse(f, NEW, OLD, ERR_CONFLICT, "was already replaced by " FOURTH);
    fixture_write(f, readmit, (void *)NEW);
    must_replace(f, FOURTH, NEW, false); // undone, too
    must_refuse(f, FOURTH, OLD, ERR_CONFLICT, "was already replaced by " NEW);
}

// Its place went on while it was out, and it has one of its own since: that is what goes back.
static void test_another_place_goes_back(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    must_replace(f, NEW, THIRD, false);
    fixture_write(f, readmit, (void *)NEW);
    fixture_write(f, readmit, (void *)OLD);
    must_replace(f, NEW, OLD, false);
    assert_place(f, OLD, NEW);
    assert_place(f, NEW, NEW);
    assert_place(f, THIRD, OLD);
}

// There and back twice.
static void test_undone_and_done_again(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    for (int i = 0; i < 2; i++) {
        must_replace(f, OLD, NEW, i > 0);
        assert_place(f, NEW, OLD);
        must_refuse(f, OLD, THIRD, ERR_CONFLICT, "was already replaced by " NEW);
        fixture_write(f, readmit, (void *)OLD);
        must_replace(f, NEW, OLD, false);
        assert_place(f, NEW, NEW);
        assert_place(f, OLD, OLD);
        must_refuse(f, NEW, THIRD, ERR_CONFLICT, "was already replaced by " OLD);
        fixture_write(f, readmit, (void *)NEW);
    }
    must_replace(f, OLD, THIRD, false);
    assert_place(f, THIRD, OLD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_places),
        TEST(test_a_place_that_is_given),
        TEST(test_a_second_life),
        TEST(test_a_circle),
        TEST(test_one_that_has_a_place),
        TEST(test_one_that_had_a_place),
        TEST(test_a_place_that_was_given_back),
        TEST(test_another_place_goes_back),
        TEST(test_undone_and_done_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
