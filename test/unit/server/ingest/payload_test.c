// JSON from devices: what is taken, what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/ingest/payload.h"

// From memory of exactly that size, so that a byte read beyond is found.
static int parse(const char *text, size_t n, json_t **json)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    const char *reason = NULL;

    memcpy(copy, text, n);

    int rc = payload_parse(copy, n, json, &reason);

    free(copy);
    if (rc < 0)
        assert_non_null(reason);
    return rc;
}

static void assert_taken(const char *text, size_t n, bool taken)
{
    json_t *json = NULL;
    int rc = parse(text, n, &json);

    if ((rc == 0) != taken)
        fail_msg("%d for %.60s", rc, text);
    json_decref(json);
}

#define ROW(text, taken)                                                                           \
    {                                                                                              \
        (text), sizeof(text) - 1, (taken)                                                          \
    }

static void test_what_is_an_object(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        bool taken;
    } rows[] = {
        ROW("{}", true),
        ROW(" \r\n\t{} \n", true),
        ROW("{\"a\": 1, \"A\": 2}", true),
        ROW("{\"\": null}", true),
        ROW("{\"a\": 99999999999999999999999}", true),
        ROW("{\"a\": -1e99}", true),
        ROW("{\"a\": \"\xc3\xa9 \\u00e9 \\ud83d\\ude00 \xf0\x9f\x98\x80\"}", true),
        ROW("{\"a\": [{\"a\": [1, true, false, null, 1.5]}]}", true),
        ROW("{\"a\": \"]}]}]}[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"}", true),
        ROW("", false),
        ROW(" ", false),
        ROW("[]", false),
        ROW("null", false),
        ROW("1", false),
        ROW("\"a\"", false),
        ROW("{}{}", false),
        ROW("{} x", false),
        ROW("{}\0", false),
        ROW("{\"a\": \"\0\"}", false),
        ROW("{\"a\\u0000\": 1}", false),
        ROW("{\"a\": \"\\u0000\"}", false),
        ROW("{\"a\": 1, \"a\": 2}", false),
        ROW("{\"a\": {\"b\": 1, \"b\": 1}}", false),
        ROW("{\"a\": 1, \"\\u0061\": 2}", false),
        ROW("{\"a\": 1e999}", false),
        ROW("{\"a\": NaN}", false),
        ROW("{\"a\": 01}", false),
        ROW("{\"a\": 1,}", false),
        ROW("{a: 1}", false),
        ROW("{'a': 1}", false),
        ROW("{\"a\": \"\n\"}", false),
        ROW("\xef\xbb\xbf{}", false),
        ROW("{\"a\": \"\x80\"}", false),
        ROW("{\"a\": \"\xc0\xaf\"}", false),
        ROW("{\"a\": \"\xed\xa0\x80\"}", false),
        ROW("{\"a\": \"\xf4\x90\x80\x80\"}", false),
        ROW("{\"a\": \"\xc3\"}", false),
        ROW("{\"\xff\": 1}", false),
        ROW("{\"a\": \"\\ud800\"}", false),
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_taken(rows[i].text, rows[i].n, rows[i].taken);
}

static void test_truncated_at_each_byte(void **state)
{
    static const char text[] =
        "{\"uptimemillis\": 270015, \"espname\": \"m\xc3\xa9\\u00e9\", \"x\": [1.5e3, {}, null]}";

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_taken(text, n, false);
    assert_taken(text, sizeof text - 1, true);
}

static void test_size_limit(void **state)
{
    char text[CONTRACT_PAYLOAD_MAX + 2];

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "{}", 2);
    assert_taken(text, CONTRACT_PAYLOAD_MAX, true);
    assert_taken(text, CONTRACT_PAYLOAD_MAX + 1, false);
}

static void test_depth_limit(void **state)
{
    (void)state;
    for (size_t depth = 1; depth <= 2000; depth = depth < 20 ? depth + 1 : depth * 10) {
        char text[CONTRACT_PAYLOAD_MAX] = "{\"a\":";
        size_t n = strlen(text);

        for (size_t i = 1; i < depth; i++)
            text[n++] = '[';
        text[n++] = '1';
        for (size_t i = 1; i < depth; i++)
            text[n++] = ']';
        text[n++] = '}';
        assert_taken(text, n, depth <= 16);
        assert_taken(text, depth, false); // unclosed
    }
}

static void test_integers(void **state)
{
    static const struct {
        const char *json;
        bool found;
        int64_t value;
    } rows[] = {
        {"{\"n\": 0}", true, 0},
        {"{\"n\": -0}", true, 0},
        {"{\"n\": 10.0}", true, 10},
        {"{\"n\": 1e1}", true, 10},
        {"{\"n\": 4294967295}", true, 4294967295},
        {"{\"n\": 4294967296}", false, 0},
        {"{\"n\": -1}", false, 0},
        {"{\"n\": 0.5}", false, 0},
        {"{\"n\": 1e99}", false, 0},
        {"{\"n\": -1e99}", false, 0},
        {"{\"n\": 18446744073709551616}", false, 0},
        {"{\"n\": \"5\"}", false, 0},
        {"{\"n\": true}", false, 0},
        {"{\"n\": null}", false, 0},
        {"{\"n\": [5]}", false, 0},
        {"{\"n\": {\"n\": 5}}", false, 0},
        {"{\"m\": 5}", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *json = NULL;
        int64_t value = -77;

        assert_int_equal(parse(rows[i].json, strlen(rows[i].json), &json), 0);
        if (payload_get_integer(json, "n", 0, UINT32_MAX, &value) != rows[i].found)
            fail_msg("%s", rows[i].json);
        assert_int_equal(value, rows[i].found ? rows[i].value : -77);
        json_decref(json);
    }
}

static void test_texts(void **state)
{
    static const struct {
        const char *json;
        const char *whole; // in 4 bytes
        const char *cut;
    } rows[] = {
        {"{\"t\": \"\"}", "", ""},
        {"{\"t\": \"abc\"}", "abc", "abc"},
        {"{\"t\": \"abcd\"}", "", "abc"},
        {"{\"t\": \"a\xc3\xa9\"}", "a\xc3\xa9", "a\xc3\xa9"},
        {"{\"t\": \"ab\xc3\xa9\"}", "", "ab"},
        {"{\"t\": \"\xf0\x9f\x98\x80\"}", "", ""},
        {"{\"t\": 5}", "", ""},
        {"{\"t\": null}", "", ""},
        {"{\"t\": [\"a\"]}", "", ""},
        {"{\"u\": \"a\"}", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *json = NULL;
        char whole[4] = "xxx", cut[4] = "xxx";

        assert_int_equal(parse(rows[i].json, strlen(rows[i].json), &json), 0);
        payload_get_text(json, "t", whole, sizeof whole);
        payload_get_text_cut(json, "t", cut, sizeof cut);
        assert_string_equal(whole, rows[i].whole);
        assert_string_equal(cut, rows[i].cut);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_an_object),
        cmocka_unit_test(test_truncated_at_each_byte),
        cmocka_unit_test(test_size_limit),
        cmocka_unit_test(test_depth_limit),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
