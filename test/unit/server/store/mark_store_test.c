// What an operator has said of devices, in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/mark_store.h"
#include "test/unit/server/store/store_fixture.h"

struct wish {
    const char *mac;
    struct device_mark mark;
};

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;

    return mark_store_put(connection, wish->mac, &wish->mark, err);
}

static int move(struct store_connection *connection, void *ctx, struct err *err)
{
    static const char *const macs[2] = {MAC_1, MAC_2};

    (void)ctx;
    return mark_store_move(connection, macs, err);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ctx, err);
}

static void assert_mark(struct fixture *f, const char *mac, const struct device_mark *expected)
{
    struct store_connection *connection = fixture_read(f);
    struct device_mark mark;

    memset(&mark, 0x5a, sizeof mark);
    assert_int_equal(mark_store_get(connection, mac, &mark, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(mark.held_at_ms, expected->held_at_ms);
    assert_string_equal(mark.held_by, expected->held_by);
    assert_string_equal(mark.hold_reason, expected->hold_reason);
    assert_int_equal(mark.is_canary, expected->is_canary);
    assert_string_equal(mark.pin, expected->pin);
    assert_int_equal(mark.channel, expected->channel);
}

static const struct device_mark none = {0};

static void test_keeps_every_member(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {MAC_1, {5, "uid 0", "broken roof", true, "A-1", CHANNEL_BETA}};
    struct store_connection *connection;
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    assert_mark(f, MAC_1, &none);
    assert_mark(f, MAC_2, &none);
    fixture_write(f, put, &wish);
    assert_mark(f, MAC_1, &wish.mark);
    connection = fixture_read(f);
    assert_int_equal(mark_store_check_free(connection, MAC_1, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "held by uid 0, so that nothing is changed on it: broken"));
    assert_int_equal(mark_store_check_free(connection, MAC_2, &err), 0);
    store_read_end(f->store, connection);
    wish.mark.held_at_ms = 0;
    fixture_write(f, put, &wish);
    assert_mark(f, MAC_1, &wish.mark);
    wish.mark = (struct device_mark){.channel = CHANNEL_STABLE};
    fixture_write(f, put, &wish);
    assert_mark(f, MAC_1, &wish.mark);
    wish.mark = none;
    fixture_write(f, put, &wish);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_marks"), 0);
    wish = (struct wish){MAC_2, {.is_canary = true}};
    assert_int_equal(store_write(f->store, put, &wish, &err), ERR_NOT_FOUND);
}

static void test_moves_and_forgets(void **state)
{
    struct fixture *f = *state;
    struct wish old = {MAC_1, {5, "uid 0", "why", false, "", CHANNEL_STABLE}};
    struct wish new = {MAC_2, {0, "", "", true, "A-1", CHANNEL_BETA}};
    struct device_mark both = {5, "uid 0", "why", true, "A-1", CHANNEL_STABLE};
    char mac[] = MAC_2;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    fixture_write(f, put, &old);
    fixture_write(f, put, &new);
    fixture_write(f, move, NULL);
    assert_mark(f, MAC_1, &none);
    assert_mark(f, MAC_2, &both);
    old.mark = (struct device_mark){.pin = "A-2"};
    fixture_write(f, put, &old);
    fixture_write(f, move, NULL);
    memcpy(both.pin, "A-2", 4);
    assert_mark(f, MAC_2, &both);
    fixture_write(f, forget, mac);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_marks"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keeps_every_member, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_moves_and_forgets, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
