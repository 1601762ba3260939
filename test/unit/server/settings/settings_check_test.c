// Tests of patches and schemas: what is refused, and in which words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/settings/settings_check.h"
#include "server/settings/settings_schema.h"

static const char schema[] =
    "{\"properties\": {\"pump\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 9},"
    " \"label\": {\"type\": \"string\", \"maxLength\": 2}, \"any\": {}, \"on\": {\"type\": "
    "\"boolean\"}, \"list\": {\"type\": \"array\"}, \"map\": {\"type\": \"object\"},"
    " \"ratio\": {\"type\": \"number\", \"minimum\": 0.5}}}";

// A patch, and what becomes of it, or how the reason begins.
static const struct {
    const char *patch, *normal, *reason;
} rows[] = {
    {"{}", "{}", NULL},
    {"{\"downloadport\": 8443}", "{\"downloadport\":\"8443\"}", NULL},
    {"{\"mqttport\": \"8883\"}", "{\"mqttport\":8883}", NULL},
    {"{\"statusinterval\": 100}", "{\"statusinterval\":100}", NULL},
    {"{\"statusinterval\": 99}", NULL, "statusinterval: 99 is not from 100 to 86400000"},
    {"{\"statusinterval\": 86400000}", "{\"statusinterval\":86400000}", NULL},
    {"{\"statusinterval\": 86400001}", NULL, "statusinterval: 86400001 is not from"},
    {"{\"mqttport\": 0}", NULL, "mqttport: 0 is not from 1 to 65535"},
    {"{\"mqttport\": 1.5}", NULL, "mqttport: is no whole number"},
    {"{\"mqttport\": \"1x\"}", NULL, "mqttport: is no whole number"},
    {"{\"mqttport\": true}", NULL, "mqttport: is no whole number"},
    {"{\"mqttport\": \"99999999999999999999\"}", NULL, "mqttport: is no whole number"},
    {"{\"mqttserver\": \"\"}", NULL, "mqttserver: '' is empty"},
    {"{\"mqttserver\": 5}", NULL, "mqttserver: is no text"},
    {"{\"downloadpath\": \"a b\"}", NULL, "downloadpath: 'a b' has a character"},
    {"{\"mqtttls\": true}", "{\"mqtttls\":true}", NULL},
    {"{\"mqtttls\": \"true\"}", NULL, "mqtttls: is not true"},
    {"{\"ntpserver\": null}", "{\"ntpserver\":null}", NULL},
    {"{\"nothing\": null}", NULL, "nothing: config.json has no such member"},
    {"{\"pump\": 1, \"any\": [null]}", "{\"pump\":1,\"any\":[null]}", NULL},
    {"{\"pump\": 9.0}", "{\"pump\":9.0}", NULL},
    {"{\"pump\": 0}", NULL, "pump: is less than 1"},
    {"{\"pump\": 10}", NULL, "pump: is more than 9"},
    {"{\"pump\": 1.5}", NULL, "pump: is not an integer"},
    {"{\"pump\": null}", "{\"pump\":null}", NULL},
    {"{\"label\": \"\\u00e4\\u00e4\"}", "{\"label\":\"\\u00e4\\u00e4\"}", NULL},
    {"{\"label\": \"abc\"}", NULL, "label: has more than 2 characters"},
    {"{\"on\": false}", "{\"on\":false}", NULL},
    {"{\"on\": 0}", NULL, "on: is not a boolean"},
    {"{\"list\": {}}", NULL, "list: is not an array"},
    {"{\"map\": []}", NULL, "map: is not an object"},
    {"{\"ratio\": 0.25}", NULL, "ratio: is less than 0.5"},
    {"{\"ratio\": \"1\"}", NULL, "ratio: is not a number"},
};

static json_t *read_rules(void)
{
    json_t *rules = NULL;

    assert_int_equal(
        settings_schema_read((const uint8_t *)schema, sizeof schema - 1, &rules, NULL), 0);
    return rules;
}

static void test_patches(void **state)
{
    json_t *rules = read_rules();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        json_t *patch = NULL;
        json_t *normal = NULL;
        const uint8_t *p = (const uint8_t *)rows[i].patch;

        assert_int_equal(settings_check_read(p, strlen(rows[i].patch), &patch, &err), 0);

        int rc = settings_check_patch(patch, rules, &normal, &err);
        json_t *expected = rows[i].normal != NULL ? json_loads(rows[i].normal, 0, NULL) : NULL;

        if ((rc == 0) != (expected != NULL) || (rc == 0 && !json_equal(normal, expected)))
            fail_msg("%s: %d %s", rows[i].patch, rc, err.message);
        if (rc < 0 && strncmp(err.message, rows[i].reason, strlen(rows[i].reason)) != 0)
            fail_msg("%s: %s", rows[i].patch, err.message);
        json_decref(expected);
        json_decref(normal);
        json_decref(patch);
    }
    json_decref(rules);
}

// What is no patch; the longest, and one byte more.
static void test_bytes(void **state)
{
    static const char *const bad[] = {"", "[]", "null", "{", "{\"a\": 1, \"a\": 2}", "{} x"};
    char text[SETTINGS_PATCH_SIZE_MAX + 2];
    struct err err = {0};
    json_t *patch = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(settings_check_read((const uint8_t *)bad[i], strlen(bad[i]), &patch, &err),
            ERR_INVALID);
    assert_int_equal(settings_check_read((const uint8_t *)"[]", 2, &patch, &err), ERR_INVALID);
    assert_string_equal(err.message, "patch: it is no JSON object"); // at no place of it
    assert_int_equal(
        settings_check_read((const uint8_t *)"[\"\\u0000\"]", 10, &patch, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, ": it has a \\u0000, which no text can have here"));
    memset(text, ' ', sizeof text);
    memcpy(text, "{}", 2);
    assert_int_equal(
        settings_check_read((uint8_t *)text, SETTINGS_PATCH_SIZE_MAX + 1, &patch, &err),
        ERR_TOO_LARGE);
    assert_int_equal(
        settings_check_read((uint8_t *)text, SETTINGS_PATCH_SIZE_MAX, &patch, &err), 0);
    json_decref(patch);
}

static const struct {
    const char *schema, *reason;
} schemas[] = {
    {"", "schema: line 1"},
    {"{}", "schema: it must be an object with \"properties\""},
    {"{\"properties\": []}", "schema: it must be an object"},
    {"{\"properties\": {}}", "schema: it must have 1 to 64"},
    {"{\"properties\": {\"a\": {}}, \"type\": \"object\"}", "schema: it must be an object"},
    {"{\"properties\": {\"a b\": {}}}", "schema: \"a b\" is no name"},
    {"{\"properties\": {\"mqttport\": {}}}", "schema: mqttport is not the app's"},
    {"{\"properties\": {\"a\": 1}}", "schema: a: it is no object"},
    {"{\"properties\": {\"a\": {\"type\": \"text\"}}}", "schema: a: \"type\" is not one of"},
    {"{\"properties\": {\"a\": {\"type\": [\"string\"]}}}", "schema: a: \"type\" is not one of"},
    {"{\"properties\": {\"a\": {\"minimum\": \"1\"}}}", "schema: a: \"minimum\" is no number"},
    {"{\"properties\": {\"a\": {\"minimum\": 9, \"maximum\": 5}}}",
        "schema: a: \"minimum\" is above \"maximum\""},
    {"{\"properties\": {\"a\": {\"maxLength\": -1}}}", "schema: a: \"maxLength\" is no whole"},
    {"{\"properties\": {\"a\": {\"enum\": []}}}", "schema: a: unknown word \"enum\""},
};

static void test_schemas(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct err err = {0};
        json_t *rules = NULL;
        const uint8_t *p = (const uint8_t *)schemas[i].schema;

        assert_int_equal(
            settings_schema_read(p, strlen(schemas[i].schema), &rules, &err), ERR_INVALID);
        if (strncmp(err.message, schemas[i].reason, strlen(schemas[i].reason)) != 0)
            fail_msg("%s: %s", schemas[i].schema, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patches),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_schemas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
