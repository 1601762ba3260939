// A device gets the place of another: all of it, or nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/command/command_list.h"
#include "server/revocation/revocation_replace.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "server/store/fault_store.h"
#include "server/store/label_store.h"
#include "server/store/mark_store.h"
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "server/store/status_store.h"
#include "server/store/tag_store.h"
#include "test/unit/server/revocation/replace_fixture.h"

static int roll_up(struct store_connection *connection, void *ctx, struct err *err)
{
    bool more;

    (void)ctx;
    return status_store_maintain(
        connection, clock_now_ms() + HOUR_MS, 1000 * DAY_MS, 1000 * DAY_MS, &more, err);
}

static int mark_old(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_mark mark = {.held_at_ms = 5, .pin = "A-1"};
    struct device_label label = {.name = "door"};
    int rc = tag_store_add(connection, OLD, "cellar", err);

    (void)ctx;
    if (rc == 0)
        rc = label_store_put(connection, OLD, &label, err);
    return rc < 0 ? rc : mark_store_put(connection, OLD, &mark, err);
}

static void test_what_an_operator_said_moves(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 30 * DAY_MS, 5);
    fixture_write(f, mark_old, NULL);
    must_replace(f, OLD, NEW, false);
    assert_int_equal(count_of(f, "device_tags", OLD_KEY), 0);
    assert_int_equal(count_of(f, "device_tags", NEW_KEY), 1);
    assert_int_equal(count_of(f, "device_marks", OLD_KEY), 0);
    assert_int_equal(count_of(f, "device_marks", NEW_KEY), 1);
    assert_int_equal(count_of(f, "device_labels", OLD_KEY), 0);
    assert_int_equal(count_of(f, "device_labels", NEW_KEY), 1);
}

static void test_history_moves(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 30 * DAY_MS, 5);
    fixture_write(f, roll_up, NULL);
    assert_int_equal(count_of(f, "status_hours", OLD_KEY), 1);

    struct life later = {OLD, clock_now_ms() - DAY_MS, 7, false}; // not rolled up
    int64_t first_ms = clock_now_ms() - 30 * DAY_MS;

    fixture_write(f, live, &later);
    must_replace(f, OLD, NEW, false);
    assert_int_equal(count_of(f, "statuses", OLD_KEY), 0);
    assert_int_equal(count_of(f, "statuses", NEW_KEY), 12);
    assert_int_equal(count_of(f, "status_hours", OLD_KEY), 0);
    assert_int_equal(count_of(f, "status_hours", NEW_KEY), 1);
    assert_int_equal(count_of(f, "device_faults", OLD_KEY), 0);
    assert_int_equal(count_of(f, "device_faults", NEW_KEY), 1);
    assert_int_equal(count_of(f, "events", OLD_KEY), 1);     // that it was revoked
    assert_int_equal(count_of(f, "events", NEW_KEY), 2 + 1); // and that it came
    fixture_write(f, roll_up, NULL);
    assert_int_equal(
        fixture_query(f, "SELECT sum(count) FROM status_hours WHERE device = " NEW_KEY), 12);

    struct device_record new = device_of(f, NEW);
    struct device_record old = device_of(f, OLD);

    assert_string_equal(new.status.name, "garden");
    assert_false(new.online);
    assert_int_equal(new.reason, DEVICE_REASON_NEVER);
    assert_int_equal(new.last_seen_ms, 0);
    assert_int_equal(new.reboots, 3);
    assert_int_equal(new.bad_payloads, 2);
    assert_true(new.first_seen_ms >= first_ms &&new.first_seen_ms < clock_now_ms());
    assert_int_equal(old.reboots, 0);
    assert_int_equal(old.reason, DEVICE_REASON_REVOKED);
    assert_true(old.revoked_at_ms > 0);
    assert_place(f, NEW, OLD);
    assert_place(f, OLD, OLD);
    assert_place(f, THIRD, THIRD);
}

static void test_commands_end(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE device = " OLD_KEY
                                      " AND result = 'revoked' AND detail LIKE '%superseded%'"),
        1);
    assert_int_equal(count_of(f, "commands", NEW_KEY), 0);
    assert_int_equal(fixture_query(f, "SELECT queued + sent FROM devices WHERE mac = " OLD_KEY), 0);
}

// What comes while the old statuses are looked for.
static void test_statuses_that_come_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct revocation_replace order = {
        .change = {.subject = OLD, .reason = "superseded"}, .by = NEW};

    add_life(f, OLD, DAY_MS, 2);
    assert_int_equal(revocation_replace_find(f->store, &order, NULL), 0);
    add_life(f, OLD, DAY_MS - 1000, 3);
    fixture_write(f, revocation_replace_run, &order);
    revocation_replace_clear(&order);
    assert_int_equal(count_of(f, "statuses", OLD_KEY), 0);
    assert_int_equal(count_of(f, "statuses", NEW_KEY), 5);
}

static void test_two_histories_are_joined(void **state)
{
    struct fixture *f = *state;
    int64_t ago_ms = clock_now_ms() % HOUR_MS + 40 * DAY_MS; // the same hour for both

    add_life(f, OLD, ago_ms - 1000, 4);
    add_life(f, NEW, ago_ms - 2000, 6);
    fixture_write(f, roll_up, NULL);
    must_refuse(f, OLD, NEW, ERR_CONFLICT, "--force merges both");
    must_replace(f, OLD, NEW, true);
    assert_int_equal(count_of(f, "status_hours", NEW_KEY), 1);
    assert_int_equal(fixture_query(f, "SELECT count FROM status_hours"), 10);
    assert_int_equal(fixture_query(f, "SELECT rssi_sum FROM status_hours"), -500);
    assert_int_equal(
        fixture_query(f, "SELECT count FROM device_faults WHERE device = " NEW_KEY), 2);
    assert_int_equal(device_of(f, NEW).reboots, 6);
    assert_int_equal(device_of(f, NEW).bad_payloads, 4);
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    struct life online = {THIRD, clock_now_ms(), 1, true};
    struct revocation_change change = {.subject = NEW, .reason = "keyCompromise"};

    must_refuse(f, OLD, NEW, ERR_NOT_FOUND, "no device " OLD);
    add_life(f, OLD, 9 * DAY_MS, 1);
    must_refuse(f, OLD, OLD, ERR_INVALID, "cannot replace itself");
    fixture_write(f, live, &online);
    must_refuse(f, THIRD, NEW, ERR_CONFLICT, "is online");
    fixture_write(f, revocation_change_revoke, &change);
    must_refuse(f, OLD, NEW, ERR_CONFLICT, "devices readmit " NEW);
    assert_true(replace(f, OLD, NEW, true, NULL) < 0); // however it is meant
    must_replace(f, THIRD, OLD, true);
}

// A new board that has reported for a while on the bench.
static void test_a_new_device_may_have_reported(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    add_life(f, NEW, DAY_MS + 1000, 1);
    must_refuse(f, OLD, NEW, ERR_CONFLICT, "is not new");
    add_life(f, NEW, DAY_MS - 60000, 1);
    must_replace(f, OLD, NEW, false);
    assert_true(device_of(f, NEW).last_seen_ms > 0);
}

// Certificates have whole seconds: one that is issued at once for the lost one, should it be found,
// is good.
static void test_a_new_certificate_in_the_same_second(void **state)
{
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 1);
    must_replace(f, OLD, NEW, false);
    assert_int_equal(
        fixture_query(f, "SELECT before_ms % 1000 FROM device_revocations WHERE device = " OLD_KEY),
        0);
}

// As it is found stolen first, and another board comes days later.
static void test_one_that_was_revoked_before(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change = {.subject = OLD, .reason = "keyCompromise"};

    add_life(f, OLD, 9 * DAY_MS, 1);
    fixture_write(f, revocation_change_revoke, &change);
    must_replace(f, OLD, NEW, false);
    assert_int_equal(count_of(f, "statuses", NEW_KEY), 1);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM device_revocations WHERE device = " OLD_KEY
                         " AND reason = 'keyCompromise' AND readmitted_at_ms = 0"),
        1);
}

// A place that cannot be read is nobody's: the device would get another configuration.
static void test_a_place_that_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    char place[MAC_SIZE] = "untouched";
    struct err err = {0};

    fixture_query(f, "DROP TABLE replacements");
    assert_true(replacement_store_read_place(f->store, NEW, place, &err) < 0);
    assert_string_equal(place, "untouched");
    assert_true(err.message[0] != '\0');
}

static void test_all_or_nothing(void **state)
{
    static const char *const lasts[] = {
        ("CREATE TRIGGER fails BEFORE INSERT ON device_revocations BEGIN"
         " SELECT RAISE(ABORT, 'no'); END"),
        "CREATE TRIGGER fails BEFORE INSERT ON replacements BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER fails BEFORE UPDATE ON commands BEGIN SELECT RAISE(ABORT, 'no'); END",
    };
    struct fixture *f = *state;

    add_life(f, OLD, 9 * DAY_MS, 4);
    for (size_t i = 0; i < sizeof lasts / sizeof lasts[0]; i++) {
        fixture_query(f, lasts[i]);
        assert_true(replace(f, OLD, NEW, false, NULL) < 0);
        fixture_query(f, "DROP TRIGGER fails");
        assert_int_equal(count_of(f, "statuses", OLD_KEY), 4);
        assert_int_equal(count_of(f, "events", OLD_KEY), 1);
        assert_int_equal(count_of(f, "device_faults", OLD_KEY), 1);
        assert_false(fixture_is_known(f, NEW));
        assert_int_equal(device_of(f, OLD).reboots, 3);
        assert_int_equal(device_of(f, OLD).revoked_at_ms, 0);
        assert_int_equal(fixture_query(f, "SELECT count(*) FROM replacements"), 0);
    }
    must_replace(f, OLD, NEW, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_history_moves),
        TEST(test_what_an_operator_said_moves),
        TEST(test_commands_end),
        TEST(test_statuses_that_come_meanwhile),
        TEST(test_two_histories_are_joined),
        TEST(test_refusals),
        TEST(test_a_new_device_may_have_reported),
        TEST(test_a_new_certificate_in_the_same_second),
        TEST(test_one_that_was_revoked_before),
        TEST(test_a_place_that_cannot_be_read),
        TEST(test_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
