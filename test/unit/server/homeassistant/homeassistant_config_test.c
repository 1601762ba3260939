// Tests of what Home Assistant is told of a device: its announcement and its state.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/homeassistant/homeassistant_config.h"
#include "server/homeassistant/homeassistant_state.h"

#define MAC "84f3eb00000a"
#define COMPONENTS "\"components\":"
#define BASE 6 // components of each device

static struct homeassistant_device make(const char *status)
{
    struct homeassistant_device device = {.latest = "B-2"};

    memcpy(device.record.mac, MAC, sizeof device.record.mac);
    strcpy(device.record.status.image, "B-1");
    homeassistant_members_read((const uint8_t *)status, strlen(status), &device.members);
    return device;
}

static json_t *config(
    const struct homeassistant_device *device, const struct homeassistant_members *gone)
{
    static const struct homeassistant_members none;
    char *text;
    size_t n;
    json_t *object;

    assert_int_equal(homeassistant_config_write(device, gone != NULL ? gone : &none, &text, &n), 0);
    assert_int_equal(strlen(text), n);
    assert_in_range(n, 1, HOMEASSISTANT_CONFIG_MAX);
    object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    free(text);
    return object;
}

static json_t *state_of(const struct homeassistant_device *device)
{
    char *text;
    size_t n;
    json_t *object;

    assert_int_equal(homeassistant_state_write(device, &text, &n), 0);
    assert_in_range(n, 1, 16000);
    object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    free(text);
    return object;
}

static const char *text_of(const json_t *object, const char *a, const char *b, const char *c)
{
    const json_t *value = json_object_get(json_object_get(json_object_get(object, a), b), c);

    return json_string_value(value);
}

static void test_names(void **state)
{
    struct homeassistant_device device = make("{}");
    json_t *object;

    (void)state;
    object = config(&device, NULL);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(object, "device"), "name")), MAC);
    json_decref(object);
    strcpy(device.record.status.name, "kitchen \"{{ 1 }}\"");
    strcpy(device.record.status.image, "no image's name");
    object = config(&device, NULL);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(object, "device"), "name")),
        "kitchen \"{{ 1 }}\"");
    assert_null(json_object_get(json_object_get(object, "device"), "model"));
    assert_null(json_object_get(json_object_get(object, "device"), "suggested_area"));
    json_decref(object);
}

// By these Home Assistant tells devices, and what they have, from all others.
static void test_identifiers(void **state)
{
    struct homeassistant_device device = make("{\"a\": 1}");
    json_t *object = config(&device, NULL);
    const json_t *ids = json_object_get(json_object_get(object, "device"), "identifiers");
    const char *key;
    json_t *component;

    (void)state;
    assert_string_equal(json_string_value(json_array_get(ids, 0)), "secureesp_" MAC);
    json_object_foreach(json_object_get(object, "components"), key, component)
    {
        char expected[128];

        snprintf(expected, sizeof expected, "secureesp_" MAC "_%s", key);
        assert_string_equal(json_string_value(json_object_get(component, "unique_id")), expected);
    }
    json_decref(object);
}

// What operators say of a device goes before what it says of itself.
static void test_label(void **state)
{
    struct homeassistant_device device = make("{}");
    json_t *object;

    (void)state;
    strcpy(device.record.status.name, "esp");
    strcpy(device.label.name, "pump \"{{ 1 }}\"");
    strcpy(device.label.place, "cellar");
    object = config(&device, NULL);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(object, "device"), "name")),
        "pump \"{{ 1 }}\"");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(object, "device"), "suggested_area")),
        "cellar");
    json_decref(object);
}

// What Home Assistant runs has nothing of a device's in it but an escaped key.
static void test_templates(void **state)
{
    struct homeassistant_device device =
        make("{\"x'] }}{{ states('a') }}\": 1, \"\\\"\\\\\": true, \"plain\": \"y\"}");
    json_t *object = config(&device, NULL);
    const char *key;
    json_t *component;
    size_t count = 0;

    (void)state;
    json_object_foreach(json_object_get(object, "components"), key, component)
    {
        const char *template = json_string_value(json_object_get(component, "value_template"));

        count++;
        if (strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
            strlen(key))
            fail_msg("%s", key);
        if (template == NULL)
            continue;
        assert_memory_equal(template, "{{ value_json.", sizeof "{{ value_json." - 1);
        assert_null(strstr(template + 3, "{"));
        assert_null(strchr(template + 3, '%'));
        assert_null(strchr(template, '"'));
        assert_ptr_equal(strstr(template, " }}"), template + strlen(template) - 3);
    }
    assert_int_equal(count, BASE + 3);
    assert_string_equal(text_of(object, "components", "app_plain", "name"), "plain");
    assert_string_equal(text_of(object, "components", "appflag_-22-5c", "name"), "\"\\");
    assert_string_equal(text_of(object, "components", "appflag_-22-5c", "value_template"),
        "{{ value_json.app['-22-5c'] }}");
    json_decref(object);
}

static void test_gone(void **state)
{
    struct homeassistant_device before = make("{\"a\": true, \"b\": 1}");
    struct homeassistant_device device = make("{\"a\": 1, \"b\": \"x\"}");
    json_t *object = config(&device, &before.members);
    json_t *components = json_object_get(object, "components");

    (void)state;
    assert_int_equal(json_object_size(json_object_get(components, "appflag_a")), 1);
    assert_string_equal(text_of(object, "components", "appflag_a", "platform"), "binary_sensor");
    assert_string_equal(text_of(object, "components", "app_a", "platform"), "sensor");
    assert_true(json_object_size(json_object_get(components, "app_b")) > 1);
    assert_int_equal(json_object_size(components), BASE + 3);
    json_decref(object);
}

// As long as can be: what does not fit is left out, not the device.
static void test_long(void **state)
{
    struct homeassistant_device device = make("{}");
    struct homeassistant_members gone;
    json_t *object;

    (void)state;
    memset(device.record.status.name, '"', sizeof device.record.status.name - 1);
    device.members.count = HOMEASSISTANT_MEMBERS_MAX;
    for (size_t i = 0; i < HOMEASSISTANT_MEMBERS_MAX; i++) {
        struct homeassistant_member *member = &device.members.items[i];

        member->type = HOMEASSISTANT_MEMBERS_TEXT;
        memset(member->name, 1, sizeof member->name - 1);
        member->name[0] = (char)('a' + i);
        memset(member->text, '"', sizeof member->text - 1);
    }
    gone = device.members;
    for (size_t i = 0; i < HOMEASSISTANT_MEMBERS_MAX; i++)
        gone.items[i].name[0] = (char)('A' + i);
    object = config(&device, &gone);
    assert_in_range(json_object_size(json_object_get(object, "components")),
        BASE + HOMEASSISTANT_MEMBERS_MAX + 8, BASE + 2 * HOMEASSISTANT_MEMBERS_MAX);
    json_decref(object);
    json_decref(state_of(&device));
}

static void test_state(void **state)
{
    struct homeassistant_device device =
        make("{\"a\": 1.5, \"b\": true, \"c\": false, \"d\": \"x\", \"e\": 3}");
    json_t *object;

    (void)state;
    device.members.items[4].is_absent = true;
    device.record.reboots = 7;
    object = state_of(&device);
    assert_string_equal(json_string_value(json_object_get(object, "installed_version")), "B-1");
    assert_string_equal(json_string_value(json_object_get(object, "latest_version")), "B-2");
    assert_true(json_is_false(json_object_get(object, "in_progress")));
    assert_true(json_is_null(json_object_get(object, "update_percentage")));
    assert_true(json_is_null(json_object_get(object, "rssi")));
    assert_true(json_is_null(json_object_get(object, "heap")));
    assert_int_equal(json_integer_value(json_object_get(object, "restarts")), 7);
    assert_string_equal(json_string_value(json_object_get(object, "release_summary")), "");

    json_t *app = json_object_get(object, "app");

    assert_true(json_is_real(json_object_get(app, "a")));
    assert_string_equal(json_string_value(json_object_get(app, "b")), "ON");
    assert_string_equal(json_string_value(json_object_get(app, "c")), "OFF");
    assert_string_equal(json_string_value(json_object_get(app, "d")), "x");
    assert_true(json_is_null(json_object_get(app, "e")));
    json_decref(object);

    device.record.status.has = DEVICE_HAS_RSSI | DEVICE_HAS_FREE_HEAP;
    device.record.status.rssi_dbm = -61;
    device.record.status.free_heap_bytes = 4000000000;
    device.stage = HOMEASSISTANT_DEVICE_INSTALL_QUEUED;
    strcpy(device.why, "Held");
    device.members.items[4].is_absent = false;
    object = state_of(&device);
    assert_true(json_is_true(json_object_get(object, "in_progress")));
    assert_int_equal(json_integer_value(json_object_get(object, "update_percentage")), 60);
    assert_int_equal(json_integer_value(json_object_get(object, "rssi")), -61);
    assert_int_equal(json_integer_value(json_object_get(object, "heap")), 4000000000);
    assert_string_equal(json_string_value(json_object_get(object, "release_summary")), "Held");
    assert_true(json_is_integer(json_object_get(json_object_get(object, "app"), "e")));
    json_decref(object);
    assert_string_equal(homeassistant_state_availability(&device), "offline");
    device.record.online = true;
    assert_string_equal(homeassistant_state_availability(&device), "online");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_identifiers),
        cmocka_unit_test(test_label),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
