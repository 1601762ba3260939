// Filters of devices as SQL: which devices they meet.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/select/select_parse.h"
#include "server/store/device_where.h"
#include "server/store/image_store.h"
#include "server/store/mark_store.h"
#include "server/store/revocation_store.h"
#include "server/store/tag_store.h"
#include "test/unit/server/store/store_fixture.h"

#define NOW_MS INT64_C(1700000000000)
#define HOUR_MS 3600000

// Five devices, by the last digit of their MAC.
static const struct {
    bool online, ours;
    const char *name, *image, *error;
    unsigned has;
    int32_t rssi;
    int64_t seen_ago_ms;
    const char *tags[3];
    struct device_mark mark;
} fleet[] = {
    {true, true, "Keller", "A-1.0", "", DEVICE_HAS_RSSI | DEVICE_HAS_UPTIME, -80, 0,
        {"cellar", "north"}, {.held_at_ms = 1}},
    {true, false,
        "K\xc3\xbc"
        "che",
        "A-1.1", "a[b", DEVICE_HAS_RSSI, -60, HOUR_MS, {"kitchen"}, {.is_canary = true}},
    {false, true, "", "A-B-1.0", "x", DEVICE_HAS_RSSI, -75, HOUR_MS + 1, {"cellar"},
        {.pin = "A-B-1.0"}},
    {false, false, "", "nonsense", "", 0, 0, 48 * HOUR_MS, {NULL}, {0}},
    {false, false, "O'Hara; --", "", "", 0, 0, NOW_MS, {NULL}, {0}}, // has never reported
};

#define FLEET (sizeof fleet / sizeof fleet[0])

static int put_fleet(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revoked = {MAC_3, 1, "superseded", 0, 0};
    int rc = 0;

    (void)ctx;
    for (size_t i = 0; rc == 0 && i < FLEET; i++) {
        struct device_record device = fixture_device(MAC_1);

        device.mac[MAC_LENGTH - 1] = (char)('1' + i);
        device.online = fleet[i].online;
        device.speaks_events = fleet[i].ours;
        device.last_seen_ms = NOW_MS - fleet[i].seen_ago_ms;
        device.first_seen_ms = NOW_MS - 48 * HOUR_MS;
        device.reboots = (int64_t)i;
        device.status.has = fleet[i].has;
        device.status.rssi_dbm = fleet[i].rssi;
        device.status.uptime_ms = 90000;
        snprintf(device.status.name, sizeof device.status.name, "%s", fleet[i].name);
        snprintf(device.status.image, sizeof device.status.image, "%s", fleet[i].image);
        snprintf(device.status.error, sizeof device.status.error, "%s", fleet[i].error);
        rc = device_store_put(connection, &device, NULL, err);
        for (size_t t = 0; rc == 0 && fleet[i].tags[t] != NULL; t++)
            rc = tag_store_add(connection, device.mac, fleet[i].tags[t], err);
        if (rc == 0)
            rc = mark_store_put(connection, device.mac, &fleet[i].mark, err);
    }
    return rc < 0 ? rc : revocation_store_put(connection, &revoked, err);
}

static int put_image(struct store_connection *connection, void *ctx, struct err *err)
{
    return image_store_add(connection, ctx, err);
}

static void add_image(struct fixture *f, const char *name, enum image_state state)
{
    struct image image = {.state = state};

    assert_true(image_name_parse(name, strlen(name), &image.name));
    fixture_write(f, put_image, &image);
}

static int see(const struct device_record *device, void *ctx)
{
    char *seen = ctx;
    size_t n = strlen(seen);

    seen[n] = device->mac[MAC_LENGTH - 1];
    seen[n + 1] = '\0';
    return 0;
}

static const struct {
    const char *filter;
    const char *expected;
} rows[] = {
    {"mac=84f3eb000002", "2"},
    {"mac!=84f3eb000002", "1345"},
    {"mac=84f3eb*", "12345"},
    {"mac=84f3eb00000*", "12345"},
    {"mac=84f3ea*", ""},
    {"mac=84f3eb000002*", "2"},
    {"mac=*", "12345"},
    {"name=Keller", "1"},
    {"name!=Keller", "2345"},
    {"name=K*", "12"},
    {"name=K?che", "2"},
    {"name!=K*", "345"},
    {"name=\"\"", "34"},
    {"name=\"O'Hara; --\"", "5"},
    {"name=\"' OR 1=1 --\"", ""},
    {"board=A", "12"},
    {"board=A-B", "3"},
    {"board=A*", "123"},
    {"board!=A", "345"},
    {"board=\"\"", "45"},
    {"board=C", ""},
    {"board!=C", "12345"},
    {"image=A-1.0", "1"},
    {"image=A-1.*", "12"},
    {"image=\"\"", "5"},
    {"image=latest", "2"},
    {"image!=latest", "1"},
    {"not image=latest", "1345"},
    {"tag=cellar", "13"},
    {"tag!=cellar", "245"},
    {"tag=*", "123"},
    {"tag!=*", "45"},
    {"tag=?orth", "1"},
    {"tag=cellar tag=north", "1"},
    {"tag=kitchen or tag=north", "12"},
    {"state=online", "12"},
    {"state=offline", "345"},
    {"state=revoked", "3"},
    {"state!=revoked", "1245"},
    {"rssi<-75", "1"},
    {"rssi<=-75", "13"},
    {"rssi>-75", "2"},
    {"rssi>=-75", "23"},
    {"rssi=-75", "3"},
    {"rssi!=-75", "12"},
    {"not rssi=-75", "1245"},
    {"heap<12000", ""},
    {"uptime>1m", "1"},
    {"uptime=90s", "1"},
    {"loop>1s or mqtt>1s", ""},
    {"seen>1h", "345"},
    {"seen>=1h", "2345"},
    {"seen<1h", "1"},
    {"seen<=1h", "12"},
    {"firstseen>=2d", "12345"},
    {"firstseen<2d", ""},
    {"reboots>2", "45"},
    {"ip=\"\"", "12345"},
    {"build=*", "12345"},
    {"error!=\"\"", "23"},
    {"error=a[b", "2"},
    {"error=*[b", "2"},
    {"error=[a]*", ""},
    {"kind=ours", "13"},
    {"kind=sketch", "245"},
    {"kind!=ours", "245"},
    {"hold=yes", "1"},
    {"hold=no", "2345"},
    {"hold!=yes", "2345"},
    {"canary=yes", "2"},
    {"canary=no", "1345"},
    {"pin=\"\"", "1245"},
    {"pin=A-B-1.0", "3"},
    {"pin=A-*", "3"},
    {"ownchannel=none", "12345"},
    {"channel=stable", "12345"},
    {"channel=beta", ""},
    {"channel!=stable", ""},
    {"tag=cellar (rssi<-75 or error=x) not state=online", "3"},
    {"not (tag=cellar or kind=sketch)", ""},
};

static void prepare(struct fixture *f)
{
    fixture_write(f, put_fleet, NULL);
    add_image(f, "A-1.0", IMAGE_PUBLISHED);
    add_image(f, "A-1.1", IMAGE_PUBLISHED);
    add_image(f, "A-1.2", IMAGE_WITHDRAWN);
    add_image(f, "A-1.3", IMAGE_ADDED);
}

static void test_rows(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;

    prepare(f);
    connection = fixture_read(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct select_tree tree;
        struct device_filter filter = {.trees = &tree, .tree_count = 1, .now_ms = NOW_MS};
        struct err err = {0};
        char seen[FLEET + 1] = "";
        int64_t count = -1;

        assert_int_equal(select_parse(rows[i].filter, &tree, NULL), 0);
        if (device_store_each(connection, &filter, see, seen, &err) < 0)
            fail_msg("%s: %s", rows[i].filter, err.message);
        if (strcmp(seen, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].filter, seen);
        assert_int_equal(device_store_count_filtered(connection, &filter, &count, &err), 0);
        assert_int_equal(count, strlen(seen));
    }
    store_read_end(f->store, connection);
}

// All that a filter has must be met; what it has not, is.
static void test_joins_all(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct select_tree trees[2];
    struct device_filter filter = {.trees = trees, .tree_count = 2, .now_ms = NOW_MS};
    char seen[FLEET + 1] = "";
    int64_t count = -1;

    prepare(f);
    connection = fixture_read(f);
    assert_int_equal(select_parse("tag=cellar or tag=kitchen", &trees[0], NULL), 0);
    assert_int_equal(select_parse("error!=\"\"", &trees[1], NULL), 0);
    assert_int_equal(device_store_each(connection, &filter, see, seen, NULL), 0);
    assert_string_equal(seen, "23");
    filter.online = 1;
    filter.image_glob = "[A]-*";
    memset(seen, 0, sizeof seen);
    assert_int_equal(device_store_page(connection, &filter, "", 10, see, seen, NULL), 0);
    assert_string_equal(seen, "2");
    memset(seen, 0, sizeof seen);
    assert_int_equal(
        device_store_page(connection, &filter, "84f3eb000002", 10, see, seen, NULL), 0);
    assert_string_equal(seen, "");
    assert_int_equal(device_store_count_filtered(connection, NULL, &count, NULL), 0);
    assert_int_equal(count, FLEET);
    store_read_end(f->store, connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_joins_all, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
