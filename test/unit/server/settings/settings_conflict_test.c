// Tests of where settings go over what the configuration file says.
#include "test/unit/server/settings/settings_fixture.h"

#include <stdio.h>

#include "server/settings/settings_conflict.h"

static int put_layer(struct store_connection *connection, void *ctx, struct err *err)
{
    return settings_store_change(connection, ctx, err);
}

static void set_layer(
    struct fixture *f, enum settings_scope scope, const char *name, const char *patch)
{
    struct settings_change change = {.scope = scope};

    snprintf(change.name, sizeof change.name, "%s", name);
    snprintf(change.after, sizeof change.after, "%s", patch);
    assert_int_equal(store_write(f->store, put_layer, &change, NULL), 0);
}

static void note(const struct settings_conflict *conflict, void *ctx)
{
    char *text = ctx;
    char *said = json_dumps(conflict->said, JSON_ENCODE_ANY);
    char *counts = json_dumps(conflict->counts, JSON_ENCODE_ANY);
    size_t n = strlen(text);

    snprintf(text + n, 1000 - n, "%s %s=%s %s %s=%s;",
        conflict->mac != NULL ? conflict->mac : "all", conflict->member, said,
        settings_store_scope_name(conflict->scope), conflict->name, counts);
    free(said);
    free(counts);
}

static void expect(struct fixture *f, const char *own, const char *expected)
{
    struct store_connection *connection;
    struct settings_base base;
    char text[1000] = "";

    assert_int_equal(settings_fixture_read_base(&base, NULL), 0);
    json_decref(base.devices);
    base.devices = json_loads(own, 0, NULL);
    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    assert_int_equal(settings_conflict_each(connection, &base, 1, note, text, NULL), 0);
    store_read_end(f->store, connection);
    settings_base_clear(&base);
    assert_string_equal(text, expected);
}

static void test_conflicts(void **state)
{
    static const char own[] = "{\"" MAC_1 "\": {\"waittimeout\": 1000, \"retrytimeout\": 2000}}";
    struct fixture *f = *state;

    assert_int_equal(store_write(f->store, settings_fixture_fill, NULL, NULL), 0);
    expect(f, own, "");
    set_layer(f, SETTINGS_GROUP, "b", "{\"mqttport\": 1}");
    set_layer(f, SETTINGS_DEVICE, MAC_1, "{\"mqttport\": 2}");
    expect(f, own, ""); // it is what they are for
    set_layer(f, SETTINGS_FLEET, "", "{\"mqttport\": 8883, \"mqttserver\": \"other\"}");
    expect(f, own, "all mqttserver=\"broker\" fleet =\"other\";");
    set_layer(f, SETTINGS_FLEET, "", "{\"waittimeout\": 3000, \"mqttserver\": null}");
    expect(f, own, "all mqttserver=\"broker\" fleet =null;" MAC_1 " waittimeout=1000 fleet =3000;");
    set_layer(f, SETTINGS_FLEET, "", "{\"waittimeout\": 3000}");
    set_layer(f, SETTINGS_GROUP, "b", "{\"waittimeout\": 4000}");
    expect(f, own, MAC_1 " waittimeout=1000 group b=4000;");
    expect(f, "{\"" MAC_3 "\": {\"waittimeout\": 1000}}", MAC_3 " waittimeout=1000 fleet =3000;");
    set_layer(f, SETTINGS_DEVICE, MAC_1, "{\"waittimeout\": 1000, \"retrytimeout\": 2}");
    expect(f, own, MAC_1 " retrytimeout=2000 device " MAC_1 "=2;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_conflicts, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
