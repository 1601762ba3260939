// Devices in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

static struct device_record full_device(const char *mac)
{
    struct device_record device = {
        .online = true,
        .reason = DEVICE_REASON_STATUS,
        .first_seen_ms = 1700000000000,
        .last_seen_ms = 1700000000001,
        .status =
            {
                .has = 31,
                .uptime_ms = UINT32_MAX,
                .max_loop_ms = 1,
                .mqtt_ms = 0,
                .rssi_dbm = -200,
                .free_heap_bytes = 13512,
                .name = "measure",
                .image = "A-1",
                .build = "Mar  8 2020",
                .ip = "192.0.2.1",
                .error = "n\xc3\xb6",
            },
        .speaks_events = true,
        .reboots = 3,
        .bad_payloads = 4,
        .boot_ms = 5,
        .previous_boot_ms = 6,
        .shared_identity_at_ms = 7,
    };

    memcpy(device.mac, mac, MAC_SIZE);
    return device;
}

static struct device_record get(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static void assert_same(const struct device_record *a, const struct device_record *b)
{
    assert_string_equal(a->mac, b->mac);
    assert_int_equal(a->online, b->online);
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->first_seen_ms, b->first_seen_ms);
    assert_int_equal(a->last_seen_ms, b->last_seen_ms);
    assert_int_equal(a->status.has, b->status.has);
    assert_int_equal(a->status.uptime_ms, b->status.uptime_ms);
    assert_int_equal(a->status.max_loop_ms, b->status.max_loop_ms);
    assert_int_equal(a->status.mqtt_ms, b->status.mqtt_ms);
    assert_int_equal(a->status.rssi_dbm, b->status.rssi_dbm);
    assert_int_equal(a->status.free_heap_bytes, b->status.free_heap_bytes);
    assert_string_equal(a->status.name, b->status.name);
    assert_string_equal(a->status.image, b->status.image);
    assert_string_equal(a->status.build, b->status.build);
    assert_string_equal(a->status.ip, b->status.ip);
    assert_string_equal(a->status.error, b->status.error);
    assert_int_equal(a->speaks_events, b->speaks_events);
    assert_int_equal(a->reboots, b->reboots);
    assert_int_equal(a->bad_payloads, b->bad_payloads);
    assert_int_equal(a->boot_ms, b->boot_ms);
    assert_int_equal(a->previous_boot_ms, b->previous_boot_ms);
    assert_int_equal(a->shared_identity_at_ms, b->shared_identity_at_ms);
}

static void test_keeps_every_member(void **state)
{
    struct fixture *f = *state;
    struct device_record device = full_device(MAC_1);
    struct device_record empty = {.mac = MAC_2};
    struct device_record got;

    fixture_write(f, fixture_put, &device);
    fixture_write(f, fixture_put, &empty);
    got = get(f, MAC_1);
    assert_same(&got, &device);
    got = get(f, MAC_2);
    assert_same(&got, &empty);
    device.reboots++; // the usual update
    device.status.has = 0;
    device.status.uptime_ms = device.status.max_loop_ms = 0;
    device.status.rssi_dbm = 0;
    device.status.free_heap_bytes = 0;
    fixture_write(f, fixture_put, &device);
    got = get(f, MAC_1);
    assert_same(&got, &device);
    device.online = false; // the rarer ones
    device.reason = DEVICE_REASON_WILL;
    snprintf(device.status.image, sizeof device.status.image, "A-2");
    device.bad_payloads = INT64_MAX;
    fixture_write(f, fixture_put, &device);
    got = get(f, MAC_1);
    assert_same(&got, &device);
}

struct put_json {
    struct device_record device;
    const char *json;
};

static int put_json(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct put_json *put = ctx;

    return device_store_put(connection, &put->device, put->json, err);
}

static void assert_json(struct fixture *f, const char *json)
{
    struct store_connection *connection = fixture_read(f);
    char *got = NULL;

    assert_int_equal(device_store_get_status_json(connection, MAC_1, &got, NULL), 0);
    if (json == NULL)
        assert_null(got);
    else
        assert_string_equal(got, json);
    free(got);
    assert_int_equal(device_store_get_status_json(connection, MAC_2, &got, NULL), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
}

static void test_status_json(void **state)
{
    struct fixture *f = *state;
    struct put_json put = {.device = full_device(MAC_1)};

    fixture_write(f, put_json, &put);
    assert_json(f, NULL);
    put.json = "{\"a\": 1}";
    fixture_write(f, put_json, &put);
    assert_json(f, put.json);
    put.json = NULL;
    fixture_write(f, put_json, &put);
    assert_json(f, "{\"a\": 1}");
    put.device.online = false;
    fixture_write(f, put_json, &put);
    assert_json(f, "{\"a\": 1}");
}

// Four devices: 1 and 3 online; 1, 2 on A-1, 3 on B-1, 4 on none.
static void add_four(struct fixture *f)
{
    static const char *const images[] = {"A-1", "A-1", "B-1", ""};

    for (int i = 3; i >= 0; i--) {
        struct device_record device = full_device(MAC_1);

        device.mac[MAC_LENGTH - 1] = (char)('1' + i);
        device.online = i % 2 == 0;
        device.last_seen_ms = 1000 + i;
        snprintf(device.status.image, sizeof device.status.image, "%s", images[i]);
        fixture_write(f, fixture_put, &device);
    }
}

struct seen {
    char last_digits[16];
    size_t stop_after;
};

static int see(const struct device_record *device, void *ctx)
{
    struct seen *seen = ctx;
    size_t n = strlen(seen->last_digits);

    seen->last_digits[n] = device->mac[MAC_LENGTH - 1];
    return n + 1 == seen->stop_after ? 77 : 0;
}

static int put_revocation(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static void test_filters_and_pages(void **state)
{
    static const struct {
        struct device_filter filter;
        const char *after;
        int64_t limit;
        size_t stop_after;
        const char *expected;
        int rc;
    } rows[] = {
        {{.online = 0, .image_glob = NULL, .revoked = false}, "", 100, 0, "1234", 0},
        {{.online = 1, .image_glob = NULL, .revoked = false}, "", 100, 0, "13", 0},
        {{.online = -1, .image_glob = NULL, .revoked = false}, "", 100, 0, "24", 0},
        {{.online = 0, .image_glob = "A-*", .revoked = false}, "", 100, 0, "12", 0},
        {{.online = 1, .image_glob = "A-*", .revoked = false}, "", 100, 0, "1", 0},
        {{.online = 0, .image_glob = "[AB]-1", .revoked = false}, "", 100, 0, "123", 0},
        {{.online = 0, .image_glob = "", .revoked = false}, "", 100, 0, "4", 0},
        {{.online = 0, .image_glob = "*", .revoked = false}, "", 100, 0, "1234", 0},
        {{.online = 0, .image_glob = "Z*", .revoked = false}, "", 100, 0, "", 0},
        {{.online = 0, .image_glob = NULL, .revoked = false}, "", 2, 0, "12", 0},
        {{.online = 0, .image_glob = NULL, .revoked = false}, "", 0, 0, "", 0},
        {{.online = 0, .image_glob = NULL, .revoked = false}, MAC_2, 2, 0, "34", 0},
        {{.online = 0, .image_glob = NULL, .revoked = false}, "84f3eb000004", 2, 0, "", 0},
        {{.online = 0, .image_glob = NULL, .revoked = false}, "", 100, 3, "123", 77},
        {{.online = 0, .image_glob = NULL, .revoked = false}, "nonsense", 100, 0, "", ERR_INVALID},
        {{.online = 0, .image_glob = NULL, .revoked = true}, "", 100, 0, "2", 0},
        {{.online = 1, .image_glob = NULL, .revoked = true}, "", 100, 0, "", 0},
        {{.online = 0, .image_glob = "A-*", .revoked = true}, "", 100, 0, "2", 0},
        {{.online = 0, .image_glob = NULL, .revoked = true}, MAC_2, 100, 0, "", 0},
    };
    struct fixture *f = *state;
    struct store_connection *connection;
    struct device_revocation revoked = {MAC_2, 1, "superseded", 0, 0};
    struct device_revocation readmitted = {MAC_3, 1, "superseded", 2, 1};

    add_four(f);
    fixture_write(f, put_revocation, &revoked);
    fixture_write(f, put_revocation, &readmitted);
    connection = fixture_read(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen seen = {.stop_after = rows[i].stop_after};

        assert_int_equal(device_store_page(connection, &rows[i].filter, rows[i].after,
                             rows[i].limit, see, &seen, NULL),
            rows[i].rc);
        assert_string_equal(seen.last_digits, rows[i].expected);
    }

    struct seen all = {0};

    assert_int_equal(device_store_each(connection, NULL, see, &all, NULL), 0);
    assert_string_equal(all.last_digits, "1234");
    store_read_end(f->store, connection);
}

// Starts the same statement again from within.
static int see_nested(const struct device_record *device, void *ctx)
{
    struct store_connection *connection = ctx;
    struct seen seen = {0};

    (void)device;
    assert_int_equal(device_store_each(connection, NULL, see, &seen, NULL), 0);
    assert_string_equal(seen.last_digits, "1234");
    return 0;
}

static void test_loops_nest(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    add_four(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_each(connection, NULL, see_nested, connection, NULL), 0);
    store_read_end(f->store, connection);
}

static void assert_counts(struct fixture *f, int64_t total, int64_t online)
{
    struct store_connection *connection = fixture_read(f);
    int64_t a = -1, b = -1;

    assert_int_equal(device_store_count(connection, &a, &b, NULL), 0);
    assert_int_equal(a, total);
    assert_int_equal(b, online);
    store_read_end(f->store, connection);
}

static int expire(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_expire(connection, *(int64_t *)ctx, err);
}

static void test_expires_the_silent(void **state)
{
    struct fixture *f = *state;
    int64_t before_ms = 1000;

    assert_counts(f, 0, 0);
    add_four(f);
    assert_counts(f, 4, 2);
    fixture_write(f, expire, &before_ms); // seen exactly then
    assert_counts(f, 4, 2);
    before_ms = 1002;
    fixture_write(f, expire, &before_ms);
    assert_counts(f, 4, 1);
    assert_int_equal(get(f, MAC_1).reason, DEVICE_REASON_SILENT);
    assert_int_equal(get(f, MAC_2).reason, DEVICE_REASON_STATUS); // was offline already
    assert_true(get(f, MAC_3).online);
}

static int see_image(const char *image, int64_t devices, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 32, "%s=%d ", image, (int)devices);
    return 0;
}

static void test_counts_images(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    char text[128] = "";

    add_four(f);
    connection = fixture_read(f);
    assert_int_equal(device_store_each_image(connection, see_image, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, "A-1=2 B-1=1 ");
}

static void test_refuses_a_bad_mac(void **state)
{
    static const char *const bad[] = {"", "84f3eb00000", "84F3EB000001", "84f3eb00000g"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct device_record device = full_device(MAC_1);

        snprintf(device.mac, sizeof device.mac, "%s", bad[i]);
        assert_int_equal(store_write(f->store, fixture_put, &device, NULL), ERR_INVALID);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keeps_every_member),
        TEST(test_status_json),
        TEST(test_filters_and_pages),
        TEST(test_loops_nest),
        TEST(test_expires_the_silent),
        TEST(test_counts_images),
        TEST(test_refuses_a_bad_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
