// Messages by topic, from the broker's thread to the store.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/ingest/ingest.h"
#include "server/store/download_store.h"
#include "server/store/fault_store.h"
#include "test/unit/server/ingest/ingest_fixture.h"

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
    struct ingest *ingest = ingest_fixture_start(f);
    struct ingest_counters counters;
    struct store_connection *connection;
    struct device_record device;

    log_set_level(LOG_ERROR);
    ingest_fixture_say(ingest, "/status/" MAC_1, "{\"uptimemillis\": 5}", false);
    ingest_fixture_say(ingest, "/status/" MAC_2, "{\"uptimemillis\": 5}", true); // retained
    ingest_fixture_say(ingest, "/event/" MAC_3, "{\"event\": \"boot\"}", false);
    ingest_fixture_say(ingest, "/will/" MAC_1 "/will", "{\"espname\": \"measure\"}", false);
    ingest_fixture_say(ingest, "/will/" MAC_1, "{}", false);
    ingest_fixture_say(ingest, "/will/" MAC_1, "gone", false); // a will all the same
    ingest_fixture_say(ingest, "/status/" MAC_1, "nonsense", false);
    ingest_fixture_say(ingest, "/event/" MAC_1, "{}", false);
    ingest_fixture_say(ingest, "/command/" MAC_1 "/flash", "{}", false);
    ingest_fixture_say(ingest, "/status/" MAC_1 "/x", "{}", false);
    ingest_fixture_say(ingest, "/status/84F3EB00000", "{}", false);
    ingest_fixture_say(ingest, "", "{}", false);
    log_set_level(LOG_INFO);
    fixture_flush(f);
    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.statuses, 2);
    assert_int_equal(counters.events, 2);
    assert_int_equal(counters.wills, 3);
    assert_int_equal(counters.retained, 1);
    assert_int_equal(counters.bad_topics, 4);
    assert_int_equal(counters.bad_payloads, 3);
    assert_int_equal(counters.odd_topics, 0);
    connection = fixture_read(f);
    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    assert_true(device.online);
    assert_int_equal(device.reason, DEVICE_REASON_STATUS);
    assert_int_equal(device.bad_payloads, 3);
    assert_int_equal(device_store_get(connection, MAC_2, &device, NULL), ERR_NOT_FOUND);
    assert_int_equal(device_store_get(connection, MAC_3, &device, NULL), 0);
    assert_int_equal(device.reason, DEVICE_REASON_EVENT);
    store_read_end(f->store, connection);
    ingest_free(ingest);
}

// Unknown members are kept as they came.
static void test_the_object_is_kept_whole(void **state)
{
    static const char text[] = " {\"uptimemillis\": null, \"later\": [1e99, {\"x\": null}]}\n";
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    struct store_connection *connection;
    struct device_record device;
    char *json = NULL;

    ingest_fixture_say(ingest, "/status/" MAC_1, text, false);
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

static int see_fault(const struct device_fault *fault, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 512, "%s %lld %s %lld+%lld %s|", fault->topic,
        (long long)fault->count, fault->reason, (long long)fault->position, (long long)fault->more,
        fault->excerpt);
    return 0;
}

// One whose very first message cannot be read is known and online all the same, but by a will.
static void test_who_speaks_is_seen(void **state)
{
    static const struct {
        const char *text;
        const char *kept;
        const char *faults;
    } rows[] = {
        {"", "{}", "status 1 empty 0+0 |"},
        {"nan", "{}", "status 1 not a JSON object 0+0 nan|"},
        {"{\"rssi\":nan,\"x\":1,}", "{\"x\":1}",
            "status 1 no JSON value 8+1 {\"rssi\":nan,\"x\":1,}|"},
        {"{\"espname\":\"T\xfcr\"}", "{\"espname\":\"T\xef\xbf\xbdr\"}",
            "status 1 invalid UTF-8 13+0 {\"espname\":\"T\\xfcr\"}|"},
        {"{\"espname\":\"a\",\"espimage\":\"b", "{\"espname\":\"a\"}",
            "status 1 cut off 28+0 a\",\"espimage\":\"b|"},
    };
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);

    log_set_level(LOG_ERROR);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store_connection *connection;
        struct device_record device;
        char mac[MAC_SIZE], topic[40], seen[1024] = "";
        char *json = NULL;

        snprintf(mac, sizeof mac, "84f3eb1000%02zx", i);
        snprintf(topic, sizeof topic, "/will/%s", mac);
        ingest_fixture_say(ingest, topic, rows[i].text, false);
        fixture_flush(f);
        assert_false(fixture_is_known(f, mac));
        snprintf(topic, sizeof topic, "/status/%s", mac);
        ingest_fixture_say(ingest, topic, rows[i].text, false);
        fixture_flush(f);
        connection = fixture_read(f);
        assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
        assert_true(device.online);
        assert_int_equal(device.reason, DEVICE_REASON_STATUS);
        assert_true(device.last_seen_ms > 0);
        assert_true(device.bad_payload_at_ms >= device.last_seen_ms);
        assert_int_equal(device.bad_payloads, 1);
        assert_int_equal(device_store_get_status_json(connection, mac, &json, NULL), 0);
        assert_string_equal(json, rows[i].kept);
        assert_int_equal(fault_store_each(connection, mac, see_fault, seen, NULL), 0);
        assert_string_equal(seen, rows[i].faults);
        store_read_end(f->store, connection);
        free(json);
    }
    log_set_level(LOG_INFO);
    ingest_free(ingest);
}

// What a bad status does not tell stays as a good one told it; the error alone is of each anew.
static void test_a_bad_status_takes_nothing_away(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    struct store_connection *connection;
    struct device_record device;

    log_set_level(LOG_ERROR);
    ingest_fixture_say(ingest, "/status/" MAC_1,
        "{\"espname\":\"n\",\"espimage\":\"A-1\",\"espbuild\":\"b\",\"espip\":\"i\","
        "\"errormessage\":\"e\"}",
        false);
    ingest_fixture_say(ingest, "/status/" MAC_1, "{\"rssi\":-5,\"espip\":\"j\",", false);
    log_set_level(LOG_INFO);
    fixture_flush(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(device.status.rssi_dbm, -5);
    assert_string_equal(device.status.name, "n");
    assert_string_equal(device.status.image, "A-1");
    assert_string_equal(device.status.build, "b");
    assert_string_equal(device.status.ip, "j");
    assert_string_equal(device.status.error, "");
    ingest_fixture_say(ingest, "/status/" MAC_1, "{}", false);
    fixture_flush(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_get(connection, MAC_1, &device, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(device.status.image, "");
    assert_string_equal(device.status.name, "");
    ingest_free(ingest);
}

// The device and its topics, in whatever form they spell the MAC.
static void test_spellings(void **state)
{
    static const char *const spellings[] = {
        "84F3EB000001", "84f3eB000001", "84:F3:EB:00:00:01", "84-f3-eb-00-00-01", "84f3eb000001"};
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
    struct ingest_counters counters;

    log_set_level(LOG_ERROR);
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        struct store_connection *connection;
        struct device_record device;
        char topic[40];

        snprintf(topic, sizeof topic, "%s%s", i % 2 == 0 ? "/status/" : "/event/", spellings[i]);
        ingest_fixture_say(ingest, topic, "{\"event\": \"boot\"}", false);
        fixture_flush(f);
        connection = fixture_read(f);
        assert_int_equal(device_store_get(connection, "84f3eb000001", &device, NULL), 0);
        assert_true(device.online);
        assert_string_equal(device.spelling, i < 4 ? spellings[i] : "");
        store_read_end(f->store, connection);
    }
    ingest_fixture_say(ingest, "/will/84F3EB000001/will", "{}", false);
    ingest_fixture_say(ingest, "/status/84F3EB00000G", "{}", false);
    ingest_fixture_say(ingest, "/status/84:F3:EB:00:00:0", "{}", false);
    ingest_fixture_say(ingest, "/status/84:F3:EB:00:00:01:", "{}", false);
    log_set_level(LOG_INFO);
    ingest_read_counters(ingest, &counters);
    assert_int_equal(counters.odd_topics, 5);
    assert_int_equal(counters.bad_topics, 3);
    assert_int_equal(counters.wills, 1);
    fixture_flush(f);
    ingest_free(ingest);
}

// Who says the same wrong thing again and again fills no log.
static void test_one_line_for_each(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);

    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/" MAC_1, "nan", 3), 1);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/" MAC_2, "nan", 3), 1);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/nobody", "{}", 3), 1);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/84F3EB0000AA", "{}", 3), 1);
    assert_int_equal(ingest_fixture_count_lines(ingest, "/status/" MAC_3, "{}", 3), 0);
    fixture_flush(f);
    ingest_free(ingest);
}

// While the connection is away or has just come, events may be old; statuses are not kept.
static void test_old_events(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);

    ingest_fixture_say(ingest, "/status/" MAC_1, "{}", false);
    ingest_fixture_say(ingest, "/will/" MAC_1, "{}", false);
    ingest_fixture_say(ingest, "/event/" MAC_1, "{\"event\": \"boot\"}", false);
    assert_true(ingest_fixture_is_online(f, MAC_1)); // nobody has said that they may be old
    for (int connected = 0; connected < 2; connected++) {
        ingest_note_connection(ingest, connected);
        ingest_fixture_say(ingest, "/status/" MAC_1, "{}", false);
        ingest_fixture_say(ingest, "/will/" MAC_1, "{}", false);
        ingest_fixture_say(ingest, "/event/" MAC_1, "{\"event\": \"boot\"}", false);
        assert_false(ingest_fixture_is_online(f, MAC_1));
        ingest_fixture_say(ingest, "/status/" MAC_1, "{}", false);
        assert_true(ingest_fixture_is_online(f, MAC_1));
    }
    fixture_flush(f);
    ingest_free(ingest);
}

static int stage(struct store_connection *connection, void *ctx, struct err *err)
{
    static const struct download_store_staged staged = {.mac = MAC_1, .image = "A-2"};

    (void)ctx;
    return download_store_stage(connection, &staged, err);
}

// What was downloaded is gone once another image runs, and no sooner.
static void test_another_image(void **state)
{
    static const struct {
        const char *status;
        int64_t staged;
    } rows[] = {
        {"{\"espimage\":\"A-1\",\"uptimemillis\":100000}", 1},
        {"{\"espimage\":\"A-1\",\"uptimemillis\":5}", 1},
        {"{\"espimage\":\"A-2\",\"uptimemillis\":100}", 0},
    };
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);

    ingest_fixture_say(ingest, "/status/" MAC_1, rows[0].status, false);
    fixture_flush(f);
    fixture_write(f, stage, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ingest_fixture_say(ingest, "/status/" MAC_1, rows[i].status, false);
        fixture_flush(f);
        assert_int_equal(fixture_query(f, "SELECT count(*) FROM staged"), rows[i].staged);
    }
    ingest_free(ingest);
}

static void test_downloads(void **state)
{
    struct fixture *f = *state;
    struct ingest *ingest = ingest_fixture_start(f);
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
        TEST(test_who_speaks_is_seen),
        TEST(test_a_bad_status_takes_nothing_away),
        TEST(test_spellings),
        TEST(test_one_line_for_each),
        TEST(test_old_events),
        TEST(test_another_image),
        TEST(test_downloads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
