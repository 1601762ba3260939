// What was left out, and what the broker dropped, in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "server/store/broker_limit_store.h"
#include "server/store/left_out_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return left_out_store_add(connection, ctx, err);
}

static int add_limit(struct store_connection *connection, void *ctx, struct err *err)
{
    return broker_limit_store_add(connection, MAC_1, ctx, err);
}

static int see(const struct left_out *out, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 64, "%s %d %d %d, ", left_out_reason_name(out->reason),
        (int)out->count, (int)out->since_ms, (int)out->at_ms);
    return 0;
}

static void expect(struct fixture *f, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[512] = "";

    assert_int_equal(left_out_store_each(connection, mac, see, text, NULL), 0);
    assert_string_equal(text, expected);
    store_read_end(f->store, connection);
}

static int64_t limited_at(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device.limited_at_ms;
}

static void test_adds_up(void **state)
{
    struct fixture *f = *state;
    struct left_out out = {
        .mac = MAC_1, .reason = LEFT_OUT_EVENTS, .count = 3, .since_ms = 10, .at_ms = 20};
    struct err err = {0};

    assert_int_equal(store_write(f->store, add, &out, &err), ERR_NOT_FOUND);
    fixture_add_device(f, MAC_1);
    expect(f, MAC_1, "");
    assert_int_equal(limited_at(f), 0);
    fixture_write(f, add, &out);
    out = (struct left_out){
        .mac = MAC_1, .reason = LEFT_OUT_EVENTS, .count = 4, .since_ms = 25, .at_ms = 30};
    fixture_write(f, add, &out);
    out = (struct left_out){
        .mac = MAC_1, .reason = LEFT_OUT_MESSAGES, .count = 1, .since_ms = 40, .at_ms = 40};
    fixture_write(f, add, &out);
    expect(f, MAC_1, "messages 1 40 40, events 7 10 30, ");
    expect(f, MAC_2, "");
    expect(f, "x", "");
    assert_int_equal(limited_at(f), 40);
    fixture_add_device(f, MAC_1); // a status of it leaves the mark
    assert_int_equal(limited_at(f), 40);
}

static void test_broker_limits(void **state)
{
    struct fixture *f = *state;
    struct broker_limit limit = {1, 2, 3, 4, "first", 5, 0, 100};
    struct store_connection *connection;
    struct err err = {0};

    assert_int_equal(store_write(f->store, add_limit, &limit, &err), ERR_NOT_FOUND);
    fixture_add_device(f, MAC_1);
    connection = fixture_read(f);
    assert_int_equal(broker_limit_store_get(connection, MAC_1, &limit, NULL), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
    fixture_write(f, add_limit, &limit);
    limit = (struct broker_limit){10, 20, 30, 40, "second", 0, 0, 200};
    fixture_write(f, add_limit, &limit);
    connection = fixture_read(f);
    assert_int_equal(broker_limit_store_get(connection, MAC_1, &limit, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(limit.messages, 11);
    assert_int_equal(limit.bytes, 22);
    assert_int_equal(limit.subscriptions, 33);
    assert_int_equal(limit.connections, 44);
    assert_string_equal(limit.reason, "second");
    assert_int_equal(limit.disconnected_s, 0);
    assert_int_equal(limit.since_ms, 100);
    assert_int_equal(limit.at_ms, 200);
    assert_int_equal(limited_at(f), 200);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return device_store_remove(connection, MAC_1, err);
}

// They go with their device.
static void test_forgotten(void **state)
{
    struct fixture *f = *state;
    struct left_out out = {.mac = MAC_1, .count = 3, .since_ms = 10, .at_ms = 20};
    struct broker_limit limit = {.at_ms = 100};

    fixture_add_device(f, MAC_1);
    fixture_write(f, add, &out);
    fixture_write(f, add_limit, &limit);
    fixture_write(f, forget, NULL);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_left_out"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_broker_limits"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_adds_up),
        TEST(test_broker_limits),
        TEST(test_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
