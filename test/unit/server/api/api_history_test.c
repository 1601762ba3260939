// The hours of a device.
#include "test/unit/server/api/api_fixture.h"

#include "server/store/device_store.h"
#include "server/store/status_store.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"
#define HOUR_MS INT64_C(3600000)
#define HOURS 600

// An hour has one status, and its number is its RSSI.
static int fill(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.mac = MAC_1, .last_seen_ms = 1};
    struct device_record other = {.mac = MAC_2, .last_seen_ms = 1};
    bool more = true;
    int rc = device_store_put(connection, &device, NULL, err);

    (void)ctx;
    if (rc == 0)
        rc = device_store_put(connection, &other, NULL, err);
    for (int i = 0; rc == 0 && i < HOURS; i++) {
        struct device_status status = {.has = DEVICE_HAS_RSSI, .rssi_dbm = -i % 100};

        rc = status_store_add(connection, MAC_1, i * HOUR_MS + 5, &status, err);
    }
    while (rc == 0 && more)
        rc = status_store_maintain(
            connection, HOURS * HOUR_MS, INT64_MAX / 2, INT64_MAX / 2, &more, err);
    return rc;
}

static int start(void **state)
{
    int rc = api_fixture_start(state);
    struct fixture *f = *state;

    return rc != 0 ? rc : store_write(f->api.store, fill, NULL, NULL);
}

static json_t *list(struct fixture *f, const char *target)
{
    const char *body = strstr(ask(f, "GET", target, NULL, 0), "\r\n\r\n");
    json_t *array = json_loads(body != NULL ? body : "", 0, NULL);

    if (!json_is_array(array))
        fail_msg("%s: %s", target, f->answer);
    return array;
}

// Over several pieces, the oldest first, each once.
static void test_all(void **state)
{
    json_t *hours = list(*state, "/api/v1/devices/" MAC_1 "/history");

    assert_int_equal(json_array_size(hours), HOURS);
    for (size_t i = 0; i < HOURS; i++) {
        const json_t *hour = json_array_get(hours, i);

        assert_int_equal(
            json_integer_value(json_object_get(hour, "hour_ms")), (json_int_t)i * HOUR_MS);
        assert_int_equal(json_integer_value(json_object_get(hour, "count")), 1);
    }
    json_decref(hours);
}

static void test_since(void **state)
{
    static const struct {
        int64_t since_ms;
        size_t count;
    } rows[] = {{0, HOURS}, {1, HOURS}, {HOUR_MS - 1, HOURS}, {HOUR_MS, HOURS - 1},
        {(HOURS - 1) * HOUR_MS, 1}, {HOURS * HOUR_MS - 1, 1}, {HOURS * HOUR_MS, 0}};
    char target[128];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *hours;

        snprintf(target, sizeof target, "/api/v1/devices/" MAC_1 "/history?since_ms=%lld",
            (long long)rows[i].since_ms);
        hours = list(*state, target);
        assert_int_equal(json_array_size(hours), rows[i].count);
        json_decref(hours);
    }
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    json_t *hours = list(f, "/api/v1/devices/" MAC_2 "/history");

    assert_int_equal(json_array_size(hours), 0);
    json_decref(hours);
    ask(f, "GET", "/api/v1/devices/84f3eb000009/history", NULL, 0);
    expect(f, "unknown", 404, "not-found", "");
    ask(f, "GET", "/api/v1/devices/nonsense/history", NULL, 0);
    expect(f, "no MAC", 400, "invalid", "");
    ask(f, "GET", "/api/v1/devices/" MAC_1 "/history?since_ms=-1", NULL, 0);
    expect(f, "before all", 400, "since_ms must be", "");
    ask(f, "GET", "/api/v1/devices/" MAC_1 "/history?since_ms=1x", NULL, 0);
    expect(f, "no number", 400, "since_ms must be", "");
    ask(f, "GET", "/api/v1/devices/" MAC_1 "/history?since_ms=99999999999999999999", NULL, 0);
    expect(f, "too large", 400, "since_ms must be", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, start, api_fixture_stop);
}
