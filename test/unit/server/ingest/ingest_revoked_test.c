// What a revoked device says does not count: neither on the way to the store, nor, where it was
// under way already, in it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/log.h"
#include "server/ingest/ingest.h"
#include "server/store/event_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

static int revoke_one(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {MAC_1, 50, REVOCATION_REASON_USUAL, 0, 45};

    (void)ctx;
    return revocation_store_put(connection, &revocation, err);
}

static bool is_one(const char *mac, void *ctx)
{
    (void)ctx;
    return strcmp(mac, MAC_1) == 0;
}

// A status with a fault, an event and a will, of each way to spell the MAC.
static void say_all(struct fixture *f, struct ingest *ingest)
{
    static const struct {
        const char *topic, *text;
    } rows[] = {
        {"/status/" MAC_1, "{\"uptimemillis\": 5,}"},
        {"/event/" MAC_1, "{\"event\": \"boot\"}"},
        {"/will/" MAC_1, "{}"},
        {"/will/" MAC_1 "/will", "{}"},
        {"/status/84F3EB000001", "{\"uptimemillis\": 5}"},
        {"/status/" MAC_2, "{\"uptimemillis\": 5}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ingest_message(
            ingest, rows[i].topic, (const uint8_t *)rows[i].text, strlen(rows[i].text), false);
    fixture_flush(f);
}

static int count_event(const struct event *event, void *ctx)
{
    (void)event;
    ++*(int *)ctx;
    return 0;
}

static void assert_unmoved(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;
    int events = 0;

    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    assert_int_equal(event_store_each(connection, MAC_1, 20, count_event, &events, NULL), 0);
    store_read_end(f->store, connection);
    assert_false(device.online);
    assert_int_equal(device.reason, DEVICE_REASON_REVOKED);
    assert_int_equal(device.last_seen_ms, 2);
    assert_int_equal(device.bad_payloads, 0);
    assert_int_equal(events, 0);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM statuses WHERE device = 146183154565121"), 0);
}

static struct ingest *begin(struct fixture *f, bool known)
{
    struct device_record device = fixture_device(MAC_1);
    struct ingest *ingest = NULL;

    log_set_level(LOG_ERROR);
    device.online = false;
    device.reason = DEVICE_REASON_REVOKED;
    if (known)
        fixture_write(f, fixture_put, &device);
    fixture_write(f, revoke_one, NULL);
    assert_int_equal(ingest_new(f->store, &ingest, NULL), 0);
    return ingest;
}

static void test_is_held_back(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = begin(f, true);
    struct ingest_counters counters;

    ingest_set_gate(ingest, is_one, NULL);
    say_all(f, ingest);
    assert_unmoved(f);
    assert_true(fixture_is_known(f, MAC_2));
    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.shut_out, 5);
    assert_int_equal(counters.statuses, 1);
    ingest_free(ingest);
}

// What passed before the device was revoked, and is written after.
static void test_what_was_under_way(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = begin(f, true);

    say_all(f, ingest);
    assert_unmoved(f);
    assert_true(fixture_is_known(f, MAC_2));
    ingest_free(ingest);
}

// One that was forgotten does not come back by what it says.
static void test_forgotten(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = begin(f, false);

    say_all(f, ingest);
    assert_false(fixture_is_known(f, MAC_1));
    assert_true(fixture_is_known(f, MAC_2));
    ingest_free(ingest);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_is_held_back),
        TEST(test_what_was_under_way),
        TEST(test_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
