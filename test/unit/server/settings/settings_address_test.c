// Tests of addresses that many devices are to be told: what is known to be right, and what is not.
#include "test/unit/server/settings/settings_fixture.h"

#include <stdio.h>

#include "server/settings/settings_change.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"
#include "server/store/device_config_store.h"

struct row {
    enum settings_scope scope;
    const char *patch;
    const char *suspect; // NULL: it is taken
};

static int change(struct fixture *f, const struct row *row, bool force, struct err *err)
{
    const struct settings_desk desk = {f->store, settings_fixture_read_base,
        settings_fixture_judge_names, NULL, settings_fixture_bears_name};
    static const char *const names[] = {"", "b", MAC_2};
    struct settings_outcome outcome;
    json_t *patch = json_loads(row->patch, 0, NULL);
    struct settings_wish wish = {
        .scope = row->scope, .name = names[row->scope], .patch = patch, .force = force};
    int rc = settings_change_run(&desk, &wish, &outcome, err);

    json_decref(patch);
    return rc;
}

static void expect(struct fixture *f, const struct row *row)
{
    struct err err = {0};
    int rc = change(f, row, false, &err);

    if (row->suspect == NULL) {
        if (rc != 0)
            fail_msg("%s: %s", row->patch, err.message);
        return;
    }
    if (rc != ERR_CONFLICT || strncmp(err.message, row->suspect, strlen(row->suspect)) != 0 ||
        strstr(err.message, "--force") == NULL)
        fail_msg("%s: %d %s", row->patch, rc, err.message);
}

static void start(struct fixture *f)
{
    assert_int_equal(store_write(f->store, settings_fixture_fill, NULL, NULL), 0);
}

// Each by itself: they are of one layer.
static void test_known(void **state)
{
    static const struct row rows[] = {
        {SETTINGS_FLEET, "{\"mqttserver\": \"wrong\"}", "mqttserver: if wrong is"},
        {SETTINGS_GROUP, "{\"mqttserver\": \"wrong\"}", "mqttserver"},
        {SETTINGS_FLEET, "{\"mqttport\": 1883}", "mqttport: if 1883 is"},
        {SETTINGS_FLEET, "{\"ntpserver\": \"wrong\"}", "ntpserver"},
        {SETTINGS_FLEET, "{\"mqttserver\": \"broker.b\"}", "mqttserver"},
        {SETTINGS_FLEET, "{\"downloadserver\": \"moved\", \"downloadport\": 9}", "downloadport"},
        {SETTINGS_FLEET, "{\"mqttserver\": \"BROKER\"}", NULL},
        {SETTINGS_FLEET, "{\"mqttserver\": \"also\", \"mqttport\": \"8883\"}", NULL},
        {SETTINGS_FLEET, "{\"mqttserver\": \"second\", \"mqttport\": 8884}", NULL},
        {SETTINGS_FLEET, "{\"downloadserver\": \"moved\", \"downloadport\": 443}", NULL},
        {SETTINGS_FLEET, "{\"downloadserver\": \"moved\", \"downloadport\": 8444}", NULL},
        {SETTINGS_FLEET, "{\"downloadserver\": \"here\", \"downloadport\": 8443}", NULL},
        {SETTINGS_FLEET, "{\"mqttserver2\": \"any\", \"downloadserver2\": \"any\"}", NULL},
        {SETTINGS_FLEET, "{\"mqttserver\": \"broker\", \"ntpserver\": null}", NULL},
        {SETTINGS_DEVICE, "{\"mqttserver\": \"tried\", \"ntpserver\": \"tried\"}", NULL},
    };
    struct fixture *f = *state;

    start(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(f, &rows[i]);
}

// What is there already is no change.
static void test_forced(void **state)
{
    static const struct row wrong = {SETTINGS_FLEET, "{\"mqttserver\": \"w\"}", "mqttserver"};
    static const struct row more = {SETTINGS_FLEET, "{\"waittimeout\": 2000}", NULL};
    struct fixture *f = *state;

    start(f);
    expect(f, &wrong);
    assert_int_equal(change(f, &wrong, true, NULL), 0);
    expect(f, &more);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM audit WHERE forced = 1 AND object = 'fleet'"), 1);
}

static int run_hash(struct store_connection *connection, void *ctx, struct err *err)
{
    const char *hash = ctx;
    int rc = device_config_store_note_fetched(connection, MAC_2, hash, 5, err);

    return rc < 0 ? rc : device_config_store_note_start(connection, MAC_2, 6, err);
}

static void read_hash(struct fixture *f, char out[SETTINGS_HASH_SIZE])
{
    struct store_connection *connection;
    struct settings_fleet *fleet;
    struct settings_base base;
    size_t count;

    assert_int_equal(settings_fixture_read_base(&base, NULL), 0);
    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    assert_int_equal(settings_fleet_load(connection, &base, 1, &fleet, NULL), 0);
    assert_int_equal(settings_fleet_compute(fleet, NULL, NULL, NULL), 0);
    memcpy(out, settings_fleet_devices(fleet, &count)[1].hash, SETTINGS_HASH_SIZE);
    settings_fleet_free(fleet);
    store_read_end(f->store, connection);
    settings_base_clear(&base);
}

// One device has come back with it.
static void test_tried(void **state)
{
    static const struct row one = {SETTINGS_DEVICE, "{\"mqttserver\": \"tried\"}", NULL};
    static const struct row all = {SETTINGS_FLEET, "{\"mqttserver\": \"tried\"}", "mqttserver"};
    static const struct row good = {SETTINGS_FLEET, "{\"mqttserver\": \"tried\"}", NULL};
    static const struct row other = {SETTINGS_FLEET, "{\"ntpserver\": \"tried\"}", "ntpserver"};
    struct fixture *f = *state;
    char before[SETTINGS_HASH_SIZE];
    char hash[SETTINGS_HASH_SIZE];

    start(f);
    read_hash(f, before);
    expect(f, &one);
    expect(f, &all);
    assert_int_equal(store_write(f->store, run_hash, before, NULL), 0); // what it ran until then
    expect(f, &all);
    read_hash(f, hash);
    assert_string_not_equal(hash, before);
    assert_int_equal(store_write(f->store, run_hash, hash, NULL), 0);
    expect(f, &other);
    expect(f, &good);
}

static int assume(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_config_store_want(connection, MAC_2, ctx, err);
}

// What is only assumed of one proves nothing.
static void test_assumed(void **state)
{
    static const struct row one = {SETTINGS_DEVICE, "{\"mqttserver\": \"tried\"}", NULL};
    static const struct row all = {SETTINGS_FLEET, "{\"mqttserver\": \"tried\"}", "mqttserver"};
    struct fixture *f = *state;
    char hash[SETTINGS_HASH_SIZE];

    start(f);
    expect(f, &one);
    read_hash(f, hash);
    assert_int_equal(store_write(f->store, assume, hash, NULL), 0);
    expect(f, &all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_known, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_forced, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_tried, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_assumed, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
