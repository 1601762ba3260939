// Tests of JSON as the device reads it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "firmware/core/json.h"

// Parses from a buffer of its own, so that a read beyond n is seen.
static bool parses(const char *text, size_t n)
{
    char *copy = malloc(n == 0 ? 1 : n);
    cJSON *json;
    bool good;

    assert_non_null(copy);
    memcpy(copy, text, n);
    json = json_parse_object(copy, n);
    good = json != NULL;
    cJSON_Delete(json);
    free(copy);
    return good;
}

static void test_objects(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"{}", true},
        {" \t\r\n{ } \t\r\n", true},
        {"{\"a\":1,\"b\":[{\"c\":null}]}", true},
        {"", false},
        {" ", false},
        {"[]", false},
        {"\"x\"", false},
        {"null", false},
        {"1", false},
        {"{", false},
        {"{\"a\"}", false},
        {"{\"a\":}", false},
        {"{}{}", false},
        {"{}x", false},
        {"{} //", false},
        {"{\"a\":\"\\u00\"}", false},
        {"{\"a\":\"\\", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(parses(rows[i].text, strlen(rows[i].text)), rows[i].good);
    assert_false(parses("{}\0", 3));
}

static void test_truncated(void **state)
{
    static const char text[] = "{\"a\":[1,\"b\\\"\",{\"c\":true}],\"d\":-1.5e3}";

    (void)state;
    assert_true(parses(text, sizeof text - 1));
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_false(parses(text, n));
}

static void test_depth(void **state)
{
    char text[8192];

    (void)state;
    for (int depth = 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
        int n = 0;

        n += snprintf(text + n, sizeof text - (size_t)n, "{\"a\":");
        for (int i = 1; i < depth; i++)
            text[n++] = '[';
        text[n++] = '1';
        for (int i = 1; i < depth; i++)
            text[n++] = ']';
        text[n++] = '}';
        assert_int_equal(parses(text, (size_t)n), depth <= JSON_DEPTH_MAX);
    }
    memset(text, '[', sizeof text);
    memcpy(text, "{\"a\":", 5);
    assert_false(parses(text, sizeof text));
    // Brackets in a text are none; a quotation mark behind a backslash does not end it.
    assert_true(parses("{\"a\":\"[[[[[[[[[[\\\"[[[[[[[[[[\"}", 30));
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"1", true, 1},
        {"1e3", true, 1000},
        {"9007199254740992", true, INT64_C(9007199254740992)},
        {"9007199254740994", false, 0},
        {"1e300", false, 0},
        {"1e999", false, 0},
        {"-1", false, 0},
        {"0.5", false, 0},
        {"\"0\"", true, 0},
        {"\"443\"", true, 443},
        {"\"999999999999999\"", true, INT64_C(999999999999999)},
        {"\"1000000000000000\"", false, 0},
        {"\"\"", false, 0},
        {"\"-1\"", false, 0},
        {"\" 1\"", false, 0},
        {"\"1 \"", false, 0},
        {"\"0x1\"", false, 0},
        {"true", false, 0},
        {"null", false, 0},
        {"[1]", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cJSON *json = cJSON_Parse(rows[i].text);
        int64_t value = -7;

        assert_non_null(json);
        assert_int_equal(json_read_number(json, &value), rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : -7);
        cJSON_Delete(json);
    }
    assert_false(json_read_number(NULL, &(int64_t){0}));
}

static void test_texts(void **state)
{
    static const struct {
        const char *text;
        const char *value; // NULL: none
    } rows[] = {
        {"{\"a\":\"1234\"}", "1234"},
        {"{\"b\":1,\"a\":\"\"}", ""},
        {"{\"a\":\"12345\"}", NULL}, // does not fit
        {"{\"a\":1234}", NULL},
        {"{\"A\":\"1234\"}", NULL},
        {"\"1234\"", NULL},
        {"", NULL},
    };
    char out[5];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(out, "none", 5);
        assert_int_equal(json_copy_text(rows[i].text, strlen(rows[i].text), "a", out, sizeof out),
            rows[i].value != NULL);
        assert_string_equal(out, rows[i].value != NULL ? rows[i].value : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
