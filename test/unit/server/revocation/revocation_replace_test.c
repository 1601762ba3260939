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
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

#define OLD MAC_1
#define NEW MAC_2
#define THIRD MAC_3
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define OLD_KEY "146183154565121" // 84f3eb000001
#define NEW_KEY "146183154565122"

// What a device has of everything.
struct life {
    const char *mac;
    int64_t from_ms;
    int statuses;
    bool online;
};

static int live(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct life *life = ctx;
    struct device_record device = {.online = life->online,
        .reason = life->online ? DEVICE_REASON_STATUS : DEVICE_REASON_SILENT,
        .first_seen_ms = life->from_ms,
        .last_seen_ms = life->from_ms + 1,
        .reboots = 3,
        .bad_payloads = 2,
        .bad_payload_at_ms = life->from_ms};
    struct device_status status = {.has = DEVICE_HAS_RSSI, .rssi_dbm = -50};
    struct event event = {.at_ms = life->from_ms};
    struct device_fault fault = {.topic = "status", .at_ms = life->from_ms, .reason = "why"};
    struct command command = {.name = "reboot", .created_at_ms = life->from_ms};

    memcpy(device.mac, life->mac, MAC_SIZE);
    memcpy(event.mac, life->mac, MAC_SIZE);
    memcpy(command.mac, life->mac, MAC_SIZE);
    snprintf(device.status.name, sizeof device.status.name, "garden");
    snprintf(event.kind, sizeof event.kind, "boot");

    int rc = device_store_put(connection, &device, NULL, err);

    for (int i = 0; rc == 0 && i < life->statuses; i++)
        rc = status_store_add(connection, life->mac, life->from_ms + i, &status, err);
    if (rc == 0)
        rc = event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
    if (rc == 0)
        rc = fault_store_add(connection, life->mac, &fault, err);
    return rc < 0 ? rc : command_store_add(connection, &command, err);
}

static void add_life(struct fixture *f, const char *mac, int64_t ago_ms, int statuses)
{
    struct life life = {mac, clock_now_ms() - ago_ms, statuses, false};

    fixture_write(f, live, &life);
}

static int roll_up(struct store_connection *connection, void *ctx, struct err *err)
{
    bool more;

    (void)ctx;
    return status_store_maintain(
        connection, clock_now_ms() + HOUR_MS, 1000 * DAY_MS, 1000 * DAY_MS, &more, err);
}

static int replace(struct fixture *f, const char *old, const char *new, bool force, struct err *err)
{
    struct revocation_replace order = {
        .change = {.subject = old, .reason = "superseded"}, .by = new, .force = force};
    int rc = revocation_replace_find(f->store, &order, err);

    if (rc == 0)
        rc = store_write(f->store, revocation_replace_run, &order, err);
    revocation_replace_clear(&order);
    return rc;
}

static void must_replace(struct fixture *f, const char *old, const char *new, bool force)
{
    struct err err = {0};

    if (replace(f, old, new, force, &err) < 0)
        fail_msg("%s by %s: %s", old, new, err.message);
    fixture_assert_whole(f);
}

static void must_refuse(
    struct fixture *f, const char *old, const char *new, int code, const char *why)
{
    struct err err = {0};
    int64_t changes = fixture_query(f, "SELECT count(*) FROM replacements") +
                      fixture_query(f, "SELECT count(*) FROM device_revocations");
    int rc = replace(f, old, new, false, &err);

    if (rc != code || strstr(err.message, why) == NULL)
        fail_msg("%d: %s", rc, err.message);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM replacements") +
                         fixture_query(f, "SELECT count(*) FROM device_revocations"),
        changes);
}

static int readmit(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_change change = {.subject = ctx};

    return revocation_change_readmit(connection, &change, err);
}

static struct device_record device_of(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static void assert_place(struct fixture *f, const char *mac, const char *expected)
{
    char place[MAC_SIZE];

    assert_int_equal(replacement_store_read_place(f->store, mac, place, NULL), 0);
    assert_string_equal(place, expected);
}

static int64_t count_of(struct fixture *f, const char *table, const char *key)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE device = %s", table, key);
    return fixture_query(f, sql);
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
    must_refuse(f, OLD, NEW, ERR_CONFLICT, "--force joins both");
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
    must_refuse(f, OLD, NEW, ERR_CONFLICT, "no new one");
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
        TEST(test_commands_end),
        TEST(test_statuses_that_come_meanwhile),
        TEST(test_two_histories_are_joined),
        TEST(test_refusals),
        TEST(test_a_new_device_may_have_reported),
        TEST(test_a_new_certificate_in_the_same_second),
        TEST(test_one_that_was_revoked_before),
        TEST(test_places),
        TEST(test_a_place_that_cannot_be_read),
        TEST(test_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
