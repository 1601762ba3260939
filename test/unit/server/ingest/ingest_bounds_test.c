// What one device may cost, from messages to rows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "test/unit/server/ingest/ingest_fixture.h"

static void say_often(struct ingest *ingest, const char *topic, const char *text, int times)
{
    for (int i = 0; i < times; i++)
        ingest_fixture_say(ingest, topic, text, false);
}

// What was kept of a flood: so many at once, and so many a minute since.
struct bound {
    int64_t most, per_minute;
};

static int64_t kept(struct fixture *f, const char *sql, const struct bound *bound, int64_t began_ms)
{
    int64_t count = fixture_query(f, sql);
    int64_t more = bound->per_minute * (clock_monotonic_ms() - began_ms) / 60000 + 1;

    assert_in_range(count, bound->most, bound->most + more);
    return count;
}

// A device that floods costs so many rows and no more, whatever it says; what it means is taken,
// and who speaks beside it loses nothing.
static void test_floods(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    struct ingest_counters counters;
    static const struct bound of_statuses = {600, 30};
    static const struct bound of_errors = {2000, 1};
    static const struct bound of_boots = {500, 1};
    static const struct bound of_wills = {1000, 1};
    static const struct bound of_faults = {1000, 10};
    int64_t began_ms = clock_monotonic_ms();

    log_set_level(LOG_ERROR - 1);
    for (int i = 0; i < 9; i++) {
        say_often(ingest, "/status/" MAC_1, "{\"uptimemillis\": 5}", 100);
        say_often(ingest, "/event/" MAC_1, "{\"event\": \"error\"}", 300);
        say_often(ingest, "/event/" MAC_1, "{\"event\": \"boot\"}", 100);
        say_often(ingest, "/will/" MAC_1, "{}", 200);
        say_often(ingest, "/status/" MAC_1, "nonsense", 150);
        say_often(ingest, "/status/" MAC_2, "{\"uptimemillis\": 5}", 10);
        say_often(ingest, "/event/" MAC_2, "{\"event\": \"error\"}", 10);
        fixture_flush(f);
    }
    ingest_tick(ingest);
    fixture_flush(f);
    log_set_level(LOG_INFO);

    int64_t statuses = kept(
        f, "SELECT count(*) FROM statuses WHERE device = 0x84f3eb000001", &of_statuses, began_ms);
    int64_t errors = kept(f,
        "SELECT count(*) FROM events WHERE kind = 'error'"
        " AND device = 0x84f3eb000001",
        &of_errors, began_ms);
    int64_t boots = kept(f, "SELECT count(*) FROM events WHERE kind = 'boot'", &of_boots, began_ms);
    int64_t wills = kept(f, "SELECT count(*) FROM events WHERE kind = 'will'", &of_wills, began_ms);
    int64_t faults = kept(f, "SELECT count FROM device_faults", &of_faults, began_ms);

    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM statuses WHERE device = 0x84f3eb000002"), 90);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'error'"
                                      " AND device = 0x84f3eb000002"),
        90);
    assert_true(ingest_fixture_is_online(f, MAC_1)); // by its last word
    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.meter.left_out[LEFT_OUT_STATUSES], 900 + 1350 - statuses);
    assert_int_equal(
        counters.meter.left_out[LEFT_OUT_EVENTS], 2700 - errors + 900 - boots + 1800 - wills);
    assert_int_equal(counters.meter.left_out[LEFT_OUT_FAULTS], 1350 - faults);
    assert_int_equal(counters.meter.left_out[LEFT_OUT_MESSAGES], 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_left_out"), 3);
    assert_int_equal(fixture_query(f, "SELECT count FROM device_left_out ORDER BY count LIMIT 1"),
        1350 - faults);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM devices WHERE limited_at_ms > 0"), 1);
    ingest_free(ingest);
}

// Beyond what any device has to say nothing is read at all.
static void test_too_many_messages(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    struct ingest_counters counters;
    uint64_t said = 0;

    log_set_level(LOG_ERROR - 1);
    do { // the slower the machine, the more it takes: the allowance grows meanwhile
        say_often(ingest, "/event/" MAC_1, "{\"event\": \"error\"}", 1000);
        fixture_flush(f);
        ingest_read_counters(ingest, &counters);
        said += 1000;
    } while (counters.meter.left_out[LEFT_OUT_MESSAGES] == 0 && said < 200000);
    log_set_level(LOG_INFO);
    assert_true(counters.events >= 10000);
    assert_int_equal(counters.meter.left_out[LEFT_OUT_MESSAGES], said - counters.events);
    assert_true(counters.meter.left_out[LEFT_OUT_MESSAGES] > 0);
    ingest_free(ingest);
}

// Devices that the database knows are not new after a start.
static void test_known_devices(void **state)
{
    struct fixture *f = *state;
    struct ingest_counters counters;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);

    struct ingest *ingest = ingest_fixture_start(f);

    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.meter.devices, 2);
    ingest_free(ingest);
}

static void test_low_disk(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);

    ingest_set_low_disk(ingest, true);
    ingest_fixture_say(ingest, "/status/" MAC_1, "{\"espimage\": \"A-1\"}", false);
    ingest_fixture_say(ingest, "/event/" MAC_1, "{\"event\": \"boot\"}", false);
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM statuses"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM devices WHERE image = 'A-1'"), 1);
    ingest_set_low_disk(ingest, false);
    ingest_set_statuses_per_minute(ingest, 1);
    ingest_fixture_say(ingest, "/status/" MAC_1, "{}", false);
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM statuses"), 1);
    ingest_free(ingest);
}

// What the broker says of who says too much there: told of a device, counted of others.
static void test_broker_reports(void **state)
{
    static const char report[] =
        "{\"messages\": 3, \"bytes\": 400, \"reason\": \"bytes\", \"disconnected_s\": 60}";
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    struct ingest_counters counters;

    assert_int_equal(ingest_fixture_count_lines(ingest, "/broker/limit/" MAC_1, report, 3), 1);
    fixture_flush(f);
    assert_false(fixture_is_known(f, MAC_1)); // by that alone nobody is
    ingest_fixture_say(ingest, "/status/" MAC_1, "{}", false);
    ingest_fixture_say(ingest, "/status/" MAC_2, "{}", false);
    ingest_fixture_say(ingest, "/broker/limit/" MAC_1, report, false);
    ingest_fixture_say(ingest, "/broker/limit/" MAC_1, report, true); // retained
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT messages FROM device_broker_limits"), 3);
    log_set_level(LOG_ERROR - 1);
    ingest_fixture_say(ingest, "/broker/limit/84F3EB000002", report, false); // whatever spelling
    ingest_fixture_say(ingest, "/broker/limit/" MAC_2, "nonsense", false);
    log_set_level(LOG_INFO);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/broker/limit/monitor", report, 2), 1);
    fixture_flush(f);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_broker_limits"), 2);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events"), 1); // once an hour of each
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'limited' AND result = 'bytes'"
                         " AND detail GLOB '*dropped 3 messages*shut out for 60 s'"),
        1);
    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.reports, 8);
    assert_int_equal(counters.reported_messages, 7 * 3);
    assert_int_equal(counters.reported_bytes, 7 * 400);
    assert_int_equal(counters.bad_payloads, 1);
    assert_int_equal(counters.bad_topics, 0);
    ingest_free(ingest);
}

// Topics of no device take no line of the log from those that are.
static void test_lines_of_others(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    char topic[64];
    int lines = 0;

    for (int i = 0; i < 8000; i++) {
        snprintf(topic, sizeof topic, "/status/nobody-%d", i);
        lines += ingest_fixture_count_lines(ingest, topic, "{}", 1);
    }
    assert_true(lines > 0 && lines <= 64);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/" MAC_1, "nonsense", 2), 1);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/84F3EB000001", "{}", 2), 1);
    assert_int_equal(
        ingest_fixture_count_lines(ingest, "/status/84-F3-EB-00-00-01", "{}", 2), 0); // one an hour
    fixture_flush(f);
    ingest_free(ingest);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_floods),
        TEST(test_too_many_messages),
        TEST(test_known_devices),
        TEST(test_low_disk),
        TEST(test_broker_reports),
        TEST(test_lines_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
