// A device's hours and incidents out of its history.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/store/event_store.h"
#include "server/store/health_store.h"
#include "server/store/status_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOUR 3600000LL
#define T0 (472222LL * HOUR)

struct status_at {
    const char *mac;
    int64_t at_ms;
    struct device_status status;
};

static int add_status(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct status_at *add = ctx;

    return status_store_add(connection, add->mac, add->at_ms, &add->status, err);
}

static void add(struct fixture *f, const char *mac, int64_t at_ms, uint32_t heap, int32_t rssi)
{
    struct status_at status = {mac, at_ms,
        {.has = DEVICE_HAS_FREE_HEAP | DEVICE_HAS_RSSI, .free_heap_bytes = heap, .rssi_dbm = rssi}};

    fixture_write(f, add_status, &status);
}

static int add_event_row(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_add(connection, ctx, EVENT_CLASS_OTHER, err);
}

static void add_event(struct fixture *f, const char *mac, int64_t at_ms, const char *kind)
{
    struct event event = {.at_ms = at_ms};

    memcpy(event.mac, mac, MAC_SIZE);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    fixture_write(f, add_event_row, &event);
}

static int roll_up(struct store_connection *connection, void *ctx, struct err *err)
{
    bool more;

    return status_store_maintain(
        connection, *(const int64_t *)ctx, 1000 * HOUR, 1000 * HOUR, &more, err);
}

static void fill(struct fixture *f)
{
    int64_t now_ms = T0 + 3 * HOUR;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    add(f, MAC_1, T0, 20000, -60);
    add(f, MAC_1, T0 + HOUR - 1, 18000, -70);
    add(f, MAC_2, T0 + HOUR, 1, -99);
    add(f, MAC_1, T0 + 2 * HOUR, 15000, -80);
    fixture_write(f, roll_up, &now_ms);
    add(f, MAC_1, T0 + 3 * HOUR, 1, -1); // not rolled up yet
    add_event(f, MAC_1, T0 - 1, "will");
    add_event(f, MAC_1, T0, "will");
    add_event(f, MAC_1, T0 + 1, "will");
    add_event(f, MAC_1, T0 + 2, "reboot");
    add_event(f, MAC_1, T0 + 3, "trial");
    add_event(f, MAC_2, T0 + 4, "error");
    add_event(f, MAC_1, T0 + 2 * HOUR - 1, "error");
    add_event(f, MAC_1, T0 + 2 * HOUR, "boot");
}

static int64_t new_errors(struct fixture *f)
{
    return fixture_query(f, "SELECT sum(new_errors) FROM status_hours");
}

// Also of an hour that is rolled up in parts.
static void new_errors_are_summed_up(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = T0 + 3 * HOUR;
    struct status_at status = {MAC_1, T0, {.is_new_error = true}};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add_status, &status);
    status.at_ms++;
    fixture_write(f, add_status, &status);
    add(f, MAC_1, T0 + 2, 20000, -60);
    fixture_write(f, roll_up, &now_ms);
    assert_int_equal(new_errors(f), 2);
    status.at_ms++;
    fixture_write(f, add_status, &status);
    fixture_write(f, roll_up, &now_ms);
    assert_int_equal(new_errors(f), 3);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM status_hours"), 1);
}

static char text[512];

static int write_hour(const struct health_store_hour *hour, void *ctx)
{
    size_t n = strlen(text);

    (void)ctx;
    snprintf(text + n, sizeof text - n, "%lld:%lld %u %.0f %u;",
        (long long)(hour->hour_ms - T0) / HOUR, (long long)hour->statuses, hour->has,
        hour->rssi_avg_dbm, (unsigned)hour->free_heap_min_bytes);
    return 0;
}

static int write_incidents(const struct health_store_incidents *found, void *ctx)
{
    size_t n = strlen(text);

    (void)ctx;
    snprintf(text + n, sizeof text - n, "%lld:%s %lld;", (long long)(found->hour_ms - T0) / HOUR,
        found->kind, (long long)found->count);
    return 0;
}

static void hours_are_those_of_the_span(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    fill(f);
    connection = fixture_read(f);
    text[0] = '\0';
    assert_int_equal(health_store_each_hour(connection, MAC_1, (const int64_t[]){T0, T0 + 9 * HOUR},
                         write_hour, NULL, NULL),
        0);
    assert_string_equal(text, "0:2 24 -65 18000;2:1 24 -80 15000;");
    text[0] = '\0';
    assert_int_equal(health_store_each_hour(connection, MAC_1,
                         (const int64_t[]){T0 + 1, T0 + 2 * HOUR}, write_hour, NULL, NULL),
        0);
    assert_string_equal(text, "");
    assert_int_equal(health_store_each_hour(connection, "nobody",
                         (const int64_t[]){T0, T0 + 9 * HOUR}, write_hour, NULL, NULL),
        0);
    store_read_end(f->store, connection);
}

static void incidents_are_counted_by_hour_and_kind(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    fill(f);
    connection = fixture_read(f);
    text[0] = '\0';
    assert_int_equal(health_store_each_incident(connection, MAC_1,
                         (const int64_t[]){T0, T0 + 2 * HOUR}, write_incidents, NULL, NULL),
        0);
    assert_string_equal(text, "0:reboot 1;0:will 2;1:error 1;");
    store_read_end(f->store, connection);
}

static int stop(const struct health_store_hour *hour, void *ctx)
{
    (void)hour;
    (*(int *)ctx)++;
    return ERR_NO_MEMORY;
}

static void who_takes_them_may_stop(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    int calls = 0;

    fill(f);
    connection = fixture_read(f);
    assert_int_equal(health_store_each_hour(connection, MAC_1, (const int64_t[]){T0, T0 + 9 * HOUR},
                         stop, &calls, NULL),
        ERR_NO_MEMORY);
    assert_int_equal(calls, 1);
    store_read_end(f->store, connection);
}

static void the_newest_hour_is_the_last_rolled_up(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);
    int64_t hour_ms = 7;

    assert_int_equal(health_store_newest_hour(connection, &hour_ms, NULL), 0);
    assert_int_equal(hour_ms, 0);
    store_read_end(f->store, connection);
    fill(f);
    connection = fixture_read(f);
    assert_int_equal(health_store_newest_hour(connection, &hour_ms, NULL), 0);
    assert_int_equal(hour_ms, T0 + 2 * HOUR);
    store_read_end(f->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            new_errors_are_summed_up, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            hours_are_those_of_the_span, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            incidents_are_counted_by_hour_and_kind, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(who_takes_them_may_stop, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_newest_hour_is_the_last_rolled_up, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
