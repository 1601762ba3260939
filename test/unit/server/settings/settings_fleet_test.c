// Tests of what the whole fleet is to get: as each device would by itself, judged, counted,
// changed.
#include "test/unit/server/settings/settings_fixture.h"

#include <stdio.h>
#include <string.h>

#include "server/settings/settings_change.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"
#include "server/settings/settings_watch.h"

static int change(struct fixture *f, enum settings_scope scope, const char *name, const char *patch,
    struct settings_outcome *outcome, struct err *err)
{
    const struct settings_desk desk = {f->store, settings_fixture_read_base,
        settings_fixture_judge_names, NULL, settings_fixture_bears_name};
    json_t *json = json_loads(patch, 0, NULL);
    struct settings_wish wish = {.scope = scope, .name = name, .patch = json};
    int rc = settings_change_run(&desk, &wish, outcome, err);

    json_decref(json);
    return rc;
}

static void set(struct fixture *f, enum settings_scope scope, const char *name, const char *patch)
{
    struct settings_outcome outcome;
    struct err err = {0};

    if (change(f, scope, name, patch, &outcome, &err) < 0)
        fail_msg("%s: %s", patch, err.message);
}

static void start(struct fixture *f)
{
    assert_int_equal(store_write(f->store, settings_fixture_fill, NULL, NULL), 0);
    set(f, SETTINGS_FLEET, "", "{\"waittimeout\": 21000, \"retrytimeout\": 1000}");
    set(f, SETTINGS_GROUP, "b", "{\"retrytimeout\": 3000}");
    set(f, SETTINGS_GROUP, "a", "{\"retrytimeout\": 2000, \"waittimeout\": 22000}");
    set(f, SETTINGS_DEVICE, MAC_2, "{\"waittimeout\": null}");
}

// What the device gets by itself.
static json_t *effective_of(struct store_connection *connection, const char *mac, const char *place)
{
    struct settings_layers_device device = {mac, place, 1};
    struct settings_layers layers;
    json_t *base = json_loads(settings_fixture_lowest, 0, NULL);
    json_t *out = NULL;

    assert_int_equal(settings_layers_read(connection, &device, &layers, NULL), 0);
    assert_int_equal(settings_layers_merge(&layers, base, &out), 0);
    settings_layers_clear(&layers);
    json_decref(base);
    return out;
}

static long long number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return value != NULL ? json_integer_value(value) : -1;
}

// The later name of two groups wins; a device's own counts last, also for who has its place.
static void test_layers(void **state)
{
    static const struct {
        const char *mac, *place;
        long long wait, retry;
    } rows[] = {{MAC_1, MAC_2, 22000, 3000}, {MAC_2, MAC_2, -1, 3000}, {MAC_3, MAC_2, -1, 1000}};
    struct fixture *f = *state;
    struct store_connection *connection;
    struct settings_fleet *fleet;
    struct settings_base base;
    size_t count;

    start(f);
    set(f, SETTINGS_DEVICE, MAC_1, "{\"statusinterval\": 500}"); // and so not that of its place
    assert_int_equal(settings_fixture_read_base(&base, NULL), 0);
    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    assert_int_equal(settings_fleet_load(connection, &base, 1, &fleet, NULL), 0);
    assert_int_equal(settings_fleet_compute(fleet, NULL, NULL, NULL), 0);

    const struct settings_fleet_device *devices = settings_fleet_devices(fleet, &count);

    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *effective = effective_of(connection, rows[i].mac, rows[i].place);
        char hash[SETTINGS_HASH_SIZE];
        uint8_t *text;
        size_t n;

        assert_int_equal(number(effective, "waittimeout"), rows[i].wait);
        assert_int_equal(number(effective, "retrytimeout"), rows[i].retry);
        assert_int_equal(settings_render_file(effective, &text, &n), 0);
        settings_render_hash(text, n, hash);
        assert_string_equal(devices[i].hash, hash);
        free(text);
        json_decref(effective);
    }
    settings_fleet_free(fleet);
    store_read_end(f->store, connection);
    settings_base_clear(&base);
}

// Nothing of what is refused is kept.
static void test_refused(void **state)
{
    static const struct {
        enum settings_scope scope;
        const char *name, *patch;
        int code;
        const char *reason;
    } rows[] = {
        {SETTINGS_FLEET, "", "{\"mqttserver\": null}", ERR_INVALID, "mqttserver: it would be"},
        {SETTINGS_FLEET, "", "{\"downloadserver\": \"there\"}", ERR_INVALID, "no such name: there"},
        {SETTINGS_GROUP, "a", "{\"downloadpath\": \"/x\"}", ERR_INVALID, "a device of group a"},
        {SETTINGS_GROUP, "c", "{\"waittimeout\": 2000}", ERR_NOT_FOUND, "no group c"},
        {SETTINGS_DEVICE, "84f3eb0000ff", "{\"statusinterval\": 180001}", ERR_INVALID,
            "device 84f3eb0000ff: statusinterval"},
    };
    struct fixture *f = *state;

    start(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct settings_outcome outcome;
        struct err err = {0};

        assert_int_equal(
            change(f, rows[i].scope, rows[i].name, rows[i].patch, &outcome, &err), rows[i].code);
        if (strstr(err.message, rows[i].reason) == NULL)
            fail_msg("%s: %s", rows[i].patch, err.message);
        assert_int_equal(fixture_query(f, "SELECT count(*) FROM settings_history"), 4);
    }
}

static void test_counts(void **state)
{
    const struct settings_desk desk = {((struct fixture *)*state)->store,
        settings_fixture_read_base, settings_fixture_judge_names, NULL,
        settings_fixture_bears_name};
    struct fixture *f = *state;
    struct settings_outcome outcome;

    start(f);
    assert_int_equal(change(f, SETTINGS_GROUP, "b", "{\"retrytimeout\": 4000}", &outcome, NULL), 0);
    assert_int_equal(outcome.devices, 2);
    assert_int_equal(outcome.different, 2);
    assert_int_equal(outcome.change.number, 5);
    assert_int_equal( // group b says so of the one in both
        change(f, SETTINGS_GROUP, "a", "{\"retrytimeout\": 5000}", &outcome, NULL), 0);
    assert_int_equal(outcome.different, 0);
    assert_int_equal(change(f, SETTINGS_GROUP, "b", "{}", &outcome, NULL), 0);
    assert_int_equal(outcome.change.number, 0);
    assert_int_equal(
        settings_change_revert(&desk, 5, &(struct settings_wish){.by = NULL}, &outcome, NULL), 0);
    assert_string_equal(outcome.change.after, "{\"retrytimeout\":3000}");
}

struct note {
    int64_t fetched_at_ms, boot_ms;
};

static int note(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct note *note = ctx;
    int rc = device_config_store_note_fetched(connection, MAC_1, "h", note->fetched_at_ms, err);

    return rc < 0 ? rc : device_config_store_note_start(connection, MAC_1, note->boot_ms, err);
}

static void expect_config(struct fixture *f, const char *inferred, const char *fetched)
{
    struct store_connection *connection;
    struct device_config config;

    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    assert_int_equal(device_config_store_get(connection, MAC_1, &config, NULL), 0);
    store_read_end(f->store, connection);
    if (inferred != NULL)
        assert_string_equal(config.inferred, inferred);
    assert_string_equal(config.fetched, fetched);
    assert_true(config.is_assumed == (inferred == NULL));
}

// A file is in use from a start on that comes after it.
static void test_inferred(void **state)
{
    struct fixture *f = *state;
    const struct settings_desk desk = {f->store, settings_fixture_read_base,
        settings_fixture_judge_names, NULL, settings_fixture_bears_name};
    struct settings_watch *watch;

    start(f);
    assert_int_equal(settings_watch_open(&desk, &watch, NULL), 0);
    assert_int_equal(settings_watch_refresh(watch, NULL), 0);
    expect_config(f, NULL, "");
    assert_int_equal(store_write(f->store, note, &(struct note){1000, 999}, NULL), 0);
    expect_config(f, NULL, "h");
    assert_int_equal(store_write(f->store, note, &(struct note){1000, 1000}, NULL), 0);
    expect_config(f, "h", "");
    settings_watch_close(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_layers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_counts, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_inferred, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
