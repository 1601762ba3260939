// Members of the API that may be missing, null or of another type.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/devices_watch.h"
#include "server/ctl/field.h"
#include "server/ctl/keys.h"

static void test_fields(void **state)
{
    json_t *o =
        json_pack("{s:s, s:i, s:f, s:n, s:b}", "s", "text", "i", 42, "f", -70.5, "n", "b", 1);
    char out[TEXT_SHORT_SIZE];

    (void)state;
    assert_string_equal(field_text(o, "s", "-"), "text");
    assert_string_equal(field_text(o, "i", "-"), "-");
    assert_string_equal(field_text(o, "n", "-"), "-");
    assert_string_equal(field_text(NULL, "s", "-"), "-");
    assert_int_equal(field_integer(o, "i", 7), 42);
    assert_int_equal(field_integer(o, "s", 7), 7);
    assert_true(field_integer(o, "f", 7) == -70);
    json_object_set_new(o, "large", json_real(1e300));
    assert_int_equal(field_integer(o, "large", 7), 7);
    json_object_set_new(o, "large", json_real(-9e15));
    assert_int_equal(field_integer(o, "large", 7), 7);
    assert_true(field_has(o, "s"));
    assert_false(field_has(o, "n"));
    assert_false(field_has(o, "x"));
    assert_true(field_is_true(o, "b"));
    assert_false(field_is_true(o, "i"));
    field_number(o, "i", out);
    assert_string_equal(out, "42");
    field_number(o, "n", out);
    assert_string_equal(out, "-");
    field_age(o, "i", 10042, out);
    assert_string_equal(out, "10s");
    field_duration(o, "x", out);
    assert_string_equal(out, "-");
    field_time(o, "i", out);
    assert_string_equal(out, "1970-01-01T00:00:00Z");
    json_decref(o);
}

static void expect_changes(const char *before, const char *after, const char *expected)
{
    json_t *was = before != NULL ? json_loads(before, 0, NULL) : NULL;
    json_t *is = json_loads(after, 0, NULL);
    json_t *changed = devices_watch_compare(was, is);
    char *text = json_dumps(changed, JSON_COMPACT);

    assert_string_equal(text, expected);
    free(text);
    json_decref(changed);
    json_decref(is);
    json_decref(was);
}

static void test_changes(void **state)
{
    (void)state;
    expect_changes(NULL, "{\"online\": true, \"image\": null}", "[\"online\"]");
    expect_changes("{\"online\": true, \"rssi\": -60}", "{\"online\": true, \"rssi\": -70}", "[]");
    expect_changes("{\"error\": null}", "{}", "[]");
    expect_changes("{\"error\": \"x\", \"reboots\": 1}", "{\"error\": null, \"reboots\": 2}",
        "[\"error\",\"reboots\"]");
}

static void expect_label(const char *key, const char *expected)
{
    json_t *o = json_loads(key, JSON_DECODE_ANY, NULL);
    char out[KEYS_LABEL_SIZE];

    keys_label(o, out);
    assert_string_equal(out, expected);
    json_decref(o);
}

static void test_key_labels(void **state)
{
    (void)state;
    expect_label("{\"id\": \"0123456789abcdef\", \"name\": \"2020\"}", "2020");
    expect_label("{\"id\": \"0123456789abcdef\", \"name\": null}", "?0123456789ab");
    expect_label("null", "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_key_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
