// A device's hours out of the store: without gaps, the first after an update without gauges.
#include "server/rollout/rollout_health_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/store/event_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR ((int64_t)ROLLOUT_HEALTH_HOUR_MS)
#define T0 (472222 * HOUR)

static int add_history(struct store_connection *connection, void *ctx, struct err *err)
{
    static const struct {
        int64_t at_ms;
        const char *kind;
    } events[] = {
        {T0 + 5, "reboot"}, // before the update
        {T0 + 20, "boot"},
        {T0 + 21, "reboot"}, // the same start
        {T0 + 2 * HOUR, "will"},
        {T0 + 2 * HOUR + 1, "will"},
        {T0 + 3 * HOUR, "error"},
        {T0 + 3 * HOUR + 1, "error"},
        {T0 + 4 * HOUR, "error"},
    };
    struct device_status status = {.has = DEVICE_HAS_FREE_HEAP | DEVICE_HAS_MAX_LOOP,
        .free_heap_bytes = 9000,
        .max_loop_ms = 5};
    bool more;
    int rc = 0;

    (void)ctx;
    for (int64_t hour = 0; rc == 0 && hour < 4; hour++) {
        status.is_new_error = hour != 2;
        if (hour != 1)
            rc = status_store_add(connection, MAC_1, T0 + hour * HOUR + 9, &status, err);
    }
    for (size_t i = 0; rc == 0 && i < sizeof events / sizeof events[0]; i++) {
        struct event event = {.mac = MAC_1, .at_ms = events[i].at_ms};

        snprintf(event.kind, sizeof event.kind, "%s", events[i].kind);
        rc = event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
    }
    return rc < 0 ? rc
                  : status_store_maintain(
                        connection, T0 + 4 * HOUR, 1000 * HOUR, 1000 * HOUR, &more, err);
}

static struct rollout_health_hour hours[ROLLOUT_HEALTH_HOURS_MAX];

static struct rollout_health_series read_span(
    struct fixture *f, const struct rollout_health_read_span *span)
{
    struct store_connection *connection = fixture_read(f);
    struct rollout_health_series series = {0};

    assert_int_equal(rollout_health_read_hours(connection, MAC_1, span, hours, &series, NULL), 0);
    store_read_end(f->store, connection);
    return series;
}

static void hours_have_no_gap(void **state)
{
    struct fixture *f = *state;
    struct rollout_health_series series;
    const struct rollout_health_read_span span = {.from_ms = T0 + 10,
        .to_ms = T0 + 4 * HOUR + 1,
        .known_ms = T0 + 3 * HOUR,
        .is_since = true};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_history, NULL);
    series = read_span(f, &span);
    assert_true(series.first_ms == T0 && series.hours == hours);
    assert_int_equal(series.count, 5);
    assert_int_equal(series.open, 2);
    assert_int_equal(hours[0].statuses, 1);
    assert_int_equal(hours[0].has, 0); // of both images
    assert_int_equal(hours[0].counts[ROLLOUT_HEALTH_RESTARTS], 1);
    assert_int_equal(hours[0].counts[ROLLOUT_HEALTH_ERRORS], 0); // it may be of the old image
    assert_int_equal(hours[1].statuses, 0);
    assert_int_equal(hours[2].has, ROLLOUT_HEALTH_HAS_HEAP | ROLLOUT_HEALTH_HAS_LOOP);
    assert_int_equal(hours[2].free_heap_min_bytes, 9000);
    assert_int_equal(hours[2].max_loop_ms, 5);
    assert_int_equal(hours[2].counts[ROLLOUT_HEALTH_WILLS], 2);
    assert_int_equal(hours[2].counts[ROLLOUT_HEALTH_ERRORS], 0);
    assert_int_equal(
        hours[3].counts[ROLLOUT_HEALTH_ERRORS], 2); // twice told, one of them in statuses
    assert_int_equal(hours[4].counts[ROLLOUT_HEALTH_ERRORS], 1);
}

static void days_before_have_all_gauges(void **state)
{
    struct fixture *f = *state;
    const struct rollout_health_read_span span = {
        .from_ms = T0, .to_ms = T0 + 2 * HOUR, .known_ms = T0 + 3 * HOUR};
    struct rollout_health_series series;

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_history, NULL);
    series = read_span(f, &span);
    assert_int_equal(series.count, 2);
    assert_int_equal(series.open, 0);
    assert_int_equal(hours[0].has, ROLLOUT_HEALTH_HAS_HEAP | ROLLOUT_HEALTH_HAS_LOOP);
    assert_int_equal(hours[0].counts[ROLLOUT_HEALTH_ERRORS], 1);
    assert_int_equal(
        hours[0].counts[ROLLOUT_HEALTH_RESTARTS], 2); // two reboots, one of which booted
}

static void too_long_a_span_is_its_newest_part(void **state)
{
    struct fixture *f = *state;
    const struct rollout_health_read_span span = {
        .from_ms = T0, .to_ms = T0 + 1000 * HOUR, .known_ms = T0 + 999 * HOUR, .is_since = true};
    const struct rollout_health_read_span none = {.from_ms = T0 + HOUR, .to_ms = T0 + HOUR};
    struct rollout_health_series series = read_span(f, &span);

    assert_int_equal(series.count, ROLLOUT_HEALTH_HOURS_MAX);
    assert_true(series.first_ms == T0 + (1000 - (int64_t)ROLLOUT_HEALTH_HOURS_MAX) * HOUR);
    assert_int_equal(series.open, 1);
    assert_int_equal(read_span(f, &none).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hours_have_no_gap, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            days_before_have_all_gauges, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            too_long_a_span_is_its_newest_part, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
