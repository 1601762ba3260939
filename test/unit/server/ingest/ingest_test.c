// Messages by topic, from the broker's thread to the store.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/log.h"
#include "server/ingest/ingest.h"
#include "test/unit/server/store/fixture.h"

static struct ingest *start(struct fixture *f)
{
    struct ingest *ingest = NULL;
    struct err err = {0};

    if (ingest_new(f->store, &ingest, &err) < 0)
        fail_msg("%s", err.message);
    return ingest;
}

static void say(struct ingest *ingest, const char *topic, const char *text, bool retained)
{
    ingest_message(ingest, topic, (const uint8_t *)text, strlen(text), retained);
}

static void test_subscriptions(void **state)
{
    const char *const *filters = ingest_subscriptions();
    size_t n = 0;

    (void)state;
    while (filters[n] != NULL)
        n++;
    assert_int_equal(n, 4);
}

static void test_each_topic(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = start(f);
    struct ingest_counters counters;
    struct store_connection *connection;
    struct device device;

    log_set_level(LOG_ERROR);
    say(ingest, "/status/" MAC_1, "{\"uptimemillis\": 5}", false);
    say(ingest, "/status/" MAC_2, "{\"uptimemillis\": 5}", true); // retained
    say(ingest, "/event/" MAC_3, "{\"event\": \"boot\"}", false);
    say(ingest, "/will/" MAC_1 "/will", "{\"espname\": \"measure\"}", false);
    say(ingest, "/will/" MAC_1, "{}", false);
    say(ingest, "/will/" MAC_1, "gone", false); // a will all the same
    say(ingest, "/status/" MAC_1, "nonsense", false);
    say(ingest, "/event/" MAC_1, "{}", false);
    say(ingest, "/command/" MAC_1 "/flash", "{}", false);
    say(ingest, "/status/" MAC_1 "/x", "{}", false);
    say(ingest, "/status/84F3EB000001", "{}", false);
    say(ingest, "", "{}", false);
    log_set_level(LOG_INFO);
    fixture_flush(f);
    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.statuses, 1);
    assert_int_equal(counters.events, 1);
    assert_int_equal(counters.wills, 3);
    assert_int_equal(counters.retained, 1);
    assert_int_equal(counters.bad_topics, 4);
    assert_int_equal(counters.bad_payloads, 3);
    connection = fixture_read(f);
    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    assert_false(device.online);
    assert_int_equal(device.reason, DEVICE_REASON_WILL);
    assert_int_equal(device.bad_payloads, 3);
    assert_int_equal(device_store_get(connection, MAC_2, &device, NULL), ERR_NOT_FOUND);
    assert_int_equal(device_store_get(connection, MAC_3, &device, NULL), 0);
    assert_int_equal(device.reason, DEVICE_REASON_NEVER);
    store_read_end(f->store, connection);
    ingest_free(ingest);
}

// Members of the wrong type and unknown ones are kept as they came.
static void test_the_object_is_kept_whole(void **state)
{
    static const char text[] = " {\"uptimemillis\": -1, \"later\": [1e99, {\"x\": null}]}\n";
    struct fixture *f = *state;
    struct ingest *ingest = start(f);
    struct store_connection *connection;
    struct device device;
    char *json = NULL;

    say(ingest, "/status/" MAC_1, text, false);
    fixture_flush(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    assert_int_equal(device.status.has, 0);
    assert_true(device.online);
    assert_int_equal(device_store_get_status_json(connection, MAC_1, &json, NULL), 0);
    assert_string_equal(json, text);
    store_read_end(f->store, connection);
    free(json);
    ingest_free(ingest);
}

static void test_downloads(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = start(f);
    char name[300];

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';

    const struct ingest_download answers[] = {
        {.mac = MAC_1, .file = "firmware.bin", .status = 200, .image = "A-1", .sha256 = "aa"},
        {.mac = name, .file = name, .status = 404, .image = name, .sha256 = name},
    };

    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        ingest_download(ingest, &answers[i]);
    fixture_flush(f);
    assert_false(fixture_is_known(f, MAC_1));
    ingest_free(ingest);
    ingest_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subscriptions),
        TEST(test_each_topic),
        TEST(test_the_object_is_kept_whole),
        TEST(test_downloads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
