// Which events are kept: a flood of one class pushes out none of another, and never an outcome.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/ingest/event_history.h"
#include "server/model/event_kind.h"
#include "server/store/mac_key.h"
#include "test/unit/server/store/store_fixture.h"

static void test_classes(void **state)
{
    static const struct {
        const char *kind;
        bool is_outcome;
        enum event_class class;
    } rows[] = {
        {"boot", false, EVENT_CLASS_START},
        {"trial", false, EVENT_CLASS_START},
        {"reboot", false, EVENT_CLASS_START},
        {"will", false, EVENT_CLASS_NOTICE},
        {"shared-identity", false, EVENT_CLASS_NOTICE},
        {"download", false, EVENT_CLASS_NOTICE},
        {"limited", false, EVENT_CLASS_NOTICE},
        {"error", false, EVENT_CLASS_OTHER},
        {"command", false, EVENT_CLASS_OTHER}, // of none that was given
        {"command", true, EVENT_CLASS_OUTCOME},
        {"of-later", false, EVENT_CLASS_OTHER},
        {"", false, EVENT_CLASS_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event event = {.at_ms = 1};

        snprintf(event.kind, sizeof event.kind, "%s", rows[i].kind);
        assert_int_equal(event_history_class(&event, rows[i].is_outcome), rows[i].class);
    }
}

struct flood {
    struct meter *meter;
    const char *kind;
    bool is_outcome;
    int count;
    int64_t at_ms;
};

static int add_all(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct flood *flood = ctx;
    struct event event = {.mac = MAC_1, .at_ms = flood->at_ms};
    int rc = 0;

    snprintf(event.kind, sizeof event.kind, "%s", flood->kind);
    for (int i = 0; i < flood->count && rc == 0; i++) {
        struct event_history history = {.meter = flood->meter};

        snprintf(event.detail, sizeof event.detail, "number %d", i);
        rc = event_history_add(connection, &history, &event, flood->is_outcome, err);
    }
    return rc;
}

static int64_t count(struct fixture *f, const char *kind)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM events WHERE kind = '%s'", kind);
    return fixture_query(f, sql);
}

static struct meter *begin(struct fixture *f)
{
    struct meter *meter = meter_new();
    int64_t key;

    fixture_add_device(f, MAC_1);
    assert_true(mac_key_from_text(MAC_1, &key));
    assert_int_equal(meter_know(meter, key), 0);
    return meter;
}

static void test_floods(void **state)
{
    struct fixture *f = *state;
    struct meter *meter = begin(f);
    struct flood floods[] = {
        {meter, "boot", false, 3, 1},
        {meter, "command", true, 700, 2},
        {meter, "error", false, 10000, 3},
        {meter, "will", false, 10000, 4},
        {meter, "reboot", false, 10000, 5},
        {meter, "command", true, 700, 6},
    };

    for (size_t i = 0; i < sizeof floods / sizeof floods[0]; i++)
        fixture_write(f, add_all, &floods[i]);
    assert_int_equal(count(f, "boot"), 3);
    assert_int_equal(count(f, "command"), 1400);
    assert_int_equal(count(f, "error"), 2000);
    assert_int_equal(count(f, "will"), 1000);
    assert_int_equal(count(f, "reboot"), 497);
    meter_free(meter);
}

// What came first is there no more, once there is too much of it in all: as after months.
static void test_the_oldest_go(void **state)
{
    struct fixture *f = *state;

    for (int month = 0; month < 4; month++) {
        struct meter *meter = begin(f); // whose bounds are whole again
        struct flood errors = {meter, "error", false, 1000, month};
        struct flood wills = {meter, "will", false, 400, month};
        struct flood outcomes = {meter, "command", true, 100, month};

        fixture_write(f, add_all, &errors);
        fixture_write(f, add_all, &wills);
        fixture_write(f, add_all, &outcomes);
        meter_free(meter);
    }

    int64_t errors = count(f, "error");
    int64_t wills = count(f, "will");

    assert_true(errors >= 2000 && errors < 2064);
    assert_true(wills >= 1000 && wills < 1064);
    assert_int_equal(count(f, "command"), 400);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'error' AND at_ms >= 2"), 2000);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'error' AND at_ms = 0"), 0);
}

static int add_twice(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event_history history = {.meter = ctx};
    struct event event = {.mac = MAC_1, .kind = "boot"};
    int rc = event_history_add(connection, &history, &event, false, err);

    return rc < 0 ? rc : event_history_add(connection, &history, &event, false, err);
}

// A job that runs again is not judged again.
static void test_judged_once(void **state)
{
    struct fixture *f = *state;
    struct meter *meter = begin(f);
    struct flood rest = {meter, "boot", false, 499, 1};

    fixture_write(f, add_all, &rest);
    fixture_write(f, add_twice, meter); // the last that is kept
    assert_int_equal(count(f, "boot"), 501);
    fixture_write(f, add_twice, meter);
    assert_int_equal(count(f, "boot"), 501);
    meter_free(meter);
}

// With little room only outcomes are kept; without a meter all.
static void test_low_disk(void **state)
{
    struct fixture *f = *state;
    struct meter *meter = begin(f);
    struct flood boots = {meter, "boot", false, 5, 1};
    struct flood outcomes = {meter, "command", true, 5, 1};
    struct flood unbounded = {NULL, "error", false, 3000, 1};

    meter_set_low_disk(meter, true);
    fixture_write(f, add_all, &boots);
    fixture_write(f, add_all, &outcomes);
    fixture_write(f, add_all, &unbounded);
    assert_int_equal(count(f, "boot"), 0);
    assert_int_equal(count(f, "command"), 5);
    assert_int_equal(count(f, "error"), 3000);
    meter_free(meter);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        TEST(test_floods),
        TEST(test_the_oldest_go),
        TEST(test_judged_once),
        TEST(test_low_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
