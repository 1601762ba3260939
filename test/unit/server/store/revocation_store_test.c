// Revoked devices in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static int set_number(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_set_number(connection, *(const int64_t *)ctx, err);
}

static int remove_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ctx, err);
}

static int see(const struct device_revocation *r, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 256, "%s:%s@%lld-%lld<%lld ", r->mac, r->reason,
        (long long)r->revoked_at_ms, (long long)r->readmitted_at_ms, (long long)r->before_ms);
    return 0;
}

static int stop(const struct device_revocation *revocation, void *ctx)
{
    (void)revocation;
    ++*(int *)ctx;
    return 7;
}

static void assert_all(struct fixture *f, const char *expected, int64_t revoked)
{
    struct store_connection *connection = fixture_read(f);
    char text[2048] = "";
    int64_t count = -1;

    assert_int_equal(revocation_store_each(connection, see, text, NULL), 0);
    assert_int_equal(revocation_store_count(connection, &count, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
    assert_int_equal(count, revoked);
}

static int64_t revoked_at(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device = {0};

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device.revoked_at_ms;
}

static void test_puts_and_reads(void **state)
{
    struct fixture *f = *state;
    struct device_revocation one = {MAC_2, 50, "certificateHold", 0, 0};
    struct device_revocation other = {MAC_1, 60, "keyCompromise", 0, 55};
    struct device_revocation nobody = {"nobody", 1, "unspecified", 0, 0};
    struct device_revocation read = {0};
    int calls = 0;

    assert_all(f, "", 0);
    fixture_write(f, put, &one);
    fixture_write(f, put, &other);
    assert_all(f, MAC_1 ":keyCompromise@60-0<55 " MAC_2 ":certificateHold@50-0<0 ", 2);
    one.readmitted_at_ms = 70;
    fixture_write(f, put, &one);
    assert_all(f, MAC_1 ":keyCompromise@60-0<55 " MAC_2 ":certificateHold@50-70<0 ", 1);
    assert_int_equal(store_write(f->store, put, &nobody, NULL), ERR_INVALID);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(revocation_store_get(connection, MAC_1, &read, NULL), 0);
    assert_int_equal(read.before_ms, 55);
    assert_int_equal(revocation_store_get(connection, MAC_3, &read, NULL), ERR_NOT_FOUND);
    assert_int_equal(revocation_store_get(connection, "nobody", &read, NULL), ERR_NOT_FOUND);
    assert_int_equal(revocation_store_each(connection, stop, &calls, NULL), 7);
    store_read_end(f->store, connection);
    assert_int_equal(calls, 1);
}

// The device's row tells it, however the row came to be, and is written without it.
static void test_shows_in_the_device(void **state)
{
    struct fixture *f = *state;
    struct device_revocation revocation = {MAC_1, 50, "keyCompromise", 0, 45};
    struct device_record device = fixture_device(MAC_1);

    fixture_write(f, put, &revocation);
    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    assert_int_equal(revoked_at(f, MAC_1), 50);
    assert_int_equal(revoked_at(f, MAC_2), 0);
    device.revoked_at_ms = 0;
    fixture_write(f, fixture_put, &device);
    assert_int_equal(revoked_at(f, MAC_1), 50);
    fixture_write(f, remove_device, (void *)MAC_1);
    fixture_add_device(f, MAC_1);
    assert_int_equal(revoked_at(f, MAC_1), 50);
    revocation.readmitted_at_ms = 60;
    fixture_write(f, put, &revocation);
    assert_int_equal(revoked_at(f, MAC_1), 0);
}

static void assert_number(struct fixture *f, int64_t expected)
{
    struct store_connection *connection = fixture_read(f);
    int64_t number = -1;

    assert_int_equal(revocation_store_get_number(connection, &number, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(number, expected);
}

// It outlives the daemon.
static void test_keeps_the_number(void **state)
{
    struct fixture *f = *state;
    int64_t number = 17;

    assert_number(f, 0);
    fixture_write(f, set_number, &number);
    assert_number(f, 17);
    fixture_close(f);
    fixture_open(f);
    assert_number(f, 17);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_puts_and_reads),
        TEST(test_shows_in_the_device),
        TEST(test_keeps_the_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
