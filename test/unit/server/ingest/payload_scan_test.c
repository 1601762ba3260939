// Payloads of every kind that devices send: what is read of each, and what is said of the rest.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/ingest/payload_keep.h"
#include "server/ingest/payload_scan.h"

static void ignore(const struct payload_scan_member *member, void *ctx)
{
    (void)member;
    (void)ctx;
}

// From memory of exactly that size, so that a byte read beyond is found.
static struct payload_faults scan(const char *text, size_t n, char kept[PAYLOAD_KEEP_SIZE])
{
    struct payload_faults faults = {0};
    uint8_t *copy = malloc(n > 0 ? n : 1);

    memcpy(copy, text, n);
    payload_scan(copy, n, ignore, NULL, &faults);

    size_t length = payload_keep_write(copy, n, kept);

    free(copy);
    assert_int_equal(length, strlen(kept));

    json_t *json = json_loads(kept, JSON_DECODE_INT_AS_REAL, NULL);

    if (json == NULL || !json_is_object(json))
        fail_msg("kept of '%s': '%s'", text, kept);
    json_decref(json);
    return faults;
}

struct row {
    const char *text;
    size_t n;
    const char *kept;
    enum payload_fault_kind kind;
    size_t position;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char kept[PAYLOAD_KEEP_SIZE];
        struct payload_faults faults = scan(rows[i].text, rows[i].n, kept);

        if (faults.count == 0)
            fail_msg("row %zu: no fault in '%s'", i, rows[i].text);
        if (strcmp(kept, rows[i].kept) != 0)
            fail_msg("row %zu: '%s' of '%s'", i, kept, rows[i].text);
        if (faults.items[0].kind != rows[i].kind || faults.items[0].position != rows[i].position)
            fail_msg("row %zu: '%s' at %zu of '%s'", i, payload_fault_text(faults.items[0].kind),
                faults.items[0].position, rows[i].text);
    }
}

// clang-format off: its versions differ in braces
#define ROW(text, kept, kind, position)                                                            \
    {                                                                                              \
        (text), sizeof(text) - 1, (kept), PAYLOAD_FAULT_##kind, (position)                         \
    }
// clang-format on
#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void test_what_is_no_object(void **state)
{
    static const struct row rows[] = {
        ROW("", "{}", EMPTY, 0),
        ROW(" \r\n", "{}", EMPTY, 0),
        ROW("\0\0", "{}", NO_OBJECT, 0),
        ROW("[]", "{}", NO_OBJECT, 0),
        ROW("17", "{}", NO_OBJECT, 0),
        ROW("nan", "{}", NO_OBJECT, 0),
        ROW("null", "{}", NO_OBJECT, 0),
        ROW("\"text\"", "{}", NO_OBJECT, 0),
        ROW("hello, world", "{}", NO_OBJECT, 0),
        ROW("\xff\xfe\x00", "{}", NO_OBJECT, 0),
        ROW("}", "{}", NO_OBJECT, 0),
        ROW("[{\"a\":1}]", "{\"a\":1}", LEAD, 0),
        ROW("\xef\xbb\xbf{\"a\":1}", "{\"a\":1}", LEAD, 0),
        ROW("  status: {\"a\":1}", "{\"a\":1}", LEAD, 2),
        ROW("\0{\"a\":1}", "{\"a\":1}", LEAD, 0),
        ROW("{\"a\":1}\0", "{\"a\":1}", TRAIL, 7),
        ROW("{\"a\":1} x", "{\"a\":1}", TRAIL, 8),
        ROW("{\"a\":1}{\"b\":2}", "{\"a\":1}", TRAIL, 7),
        ROW("{\"a\":1}}", "{\"a\":1}", TRAIL, 7),
        ROW("{}\xc3\xa9", "{}", TRAIL, 2),
    };

    (void)state;
    CHECK(rows);
}

static void test_values_that_json_lacks(void **state)
{
    static const struct row rows[] = {
        ROW("{\"a\":nan,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\": -nan , \"b\":1}", "{\"b\":1}", VALUE, 6),
        ROW("{\"a\":inf,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":-Infinity,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":NaN}", "{}", VALUE, 5),
        ROW("{\"b\":1,\"a\":undefined}", "{\"b\":1}", VALUE, 11),
        ROW("{\"a\":True,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":}", "{}", VALUE, 5),
        ROW("{\"a\":0x1F,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":12abc,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":1.2.3,\"b\":1}", "{\"b\":1}", OVERFLOW, 5),
        ROW("{\"a\":--1,\"b\":1}", "{\"b\":1}", OVERFLOW, 5),
        ROW("{\"a\":1e999,\"b\":1}", "{\"b\":1}", OVERFLOW, 5),
        ROW("{\"a\":+5}", "{\"a\":5.0}", NUMBER, 5),
        ROW("{\"a\":007,\"b\":1}", "{\"a\":7.0,\"b\":1}", NUMBER, 5),
        ROW("{\"a\":.5,\"b\":5.}", "{\"a\":0.5,\"b\":5.0}", NUMBER, 5),
        ROW("{\"a\":-61 dBm,\"b\":1}", "{\"b\":1}", BEHIND, 9),
        ROW("{\"a\":12 345,\"b\":1}", "{\"b\":1}", BEHIND, 8),
        ROW("{\"a\":12,345,\"b\":1}", "{\"b\":1}", BEHIND, 7),
        ROW("{\"a\":-61,5,\"b\":1}", "{\"b\":1}", BEHIND, 8),
        ROW("{\"b\":1,\"a\":1,234,567.5}", "{\"b\":1}", BEHIND, 12),
        ROW("{\"a\":5,1:2}", "{\"a\":5,\"1\":2}", QUOTES, 7),
        ROW("{\"a\":5, 6,\"b\":1}", "{\"a\":5,\"b\":1}", QUOTES, 8),
        ROW("{\"a\":<html>,\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":f(1,\"x\"),\"b\":1}", "{\"b\":1}", VALUE, 5),
        ROW("{\"a\":%d,\"b\":1}", "{\"b\":1}", VALUE, 5),
    };

    (void)state;
    CHECK(rows);
}

static void test_marks(void **state)
{
    static const struct row rows[] = {
        ROW("{'a':'b','c':1}", "{\"a\":\"b\",\"c\":1}", QUOTES, 1),
        ROW("{\"a\":'it\\'s \"so\"'}", "{\"a\":\"it's \\\"so\\\"\"}", QUOTES, 5),
        ROW("{a:1,b_2:\"x\"}", "{\"a\":1,\"b_2\":\"x\"}", QUOTES, 1),
        ROW("{\"a\":1,}", "{\"a\":1}", COMMA, 7),
        ROW("{,\"a\":1}", "{\"a\":1}", COMMA, 1),
        ROW("{\"a\":1,,\"b\":2}", "{\"a\":1,\"b\":2}", COMMA, 7),
        ROW("{,}", "{}", COMMA, 1),
        ROW("{\"a\":1 \"b\":2}", "{\"a\":1,\"b\":2}", COMMA, 7),
        ROW("{\"a\":\"x\"\n\"b\":2}", "{\"a\":\"x\",\"b\":2}", COMMA, 9),
        ROW("{\"a\" 1,\"b\":2}", "{\"b\":2}", COLON, 5),
        ROW("{\"a\"=1,\"b\":2}", "{\"b\":2}", COLON, 4),
        ROW("{\"a\",\"b\":2}", "{\"b\":2}", COLON, 4),
        ROW("{1:2,\"b\":2}", "{\"1\":2,\"b\":2}", QUOTES, 1),
        ROW("{]\"a\":1,\"b\":2}", "{\"b\":2}", NAME, 1),
        ROW("{\"a\":\"say \"hi\" to\",\"b\":2}", "{\"b\":2}", BEHIND, 11),
        ROW("{\"a\":\"5\" wide\",\"b\":2}", "{\"b\":2}", BEHIND, 9),
        ROW("{\"a\":1,\"a\":2,\"b\":3}", "{\"a\":1,\"b\":3}", TWICE, 7),
        ROW("{\"a\":1,\"\\u0061\":2}", "{\"a\":1}", TWICE, 7),
        ROW("{\"a\":nan,\"a\":2}", "{\"a\":2}", VALUE, 5),
        ROW("{\"a\":1 // one\n,\"b\":2}", "{\"b\":2}", BEHIND, 7),
    };

    (void)state;
    CHECK(rows);
}

static void test_texts(void **state)
{
    static const struct row rows[] = {
        ROW("{\"a\":\"T\xfcr\",\"b\":1}", "{\"a\":\"T\xef\xbf\xbdr\",\"b\":1}", UTF8, 7),
        ROW("{\"a\":\"\xf1\"}", "{\"a\":\"\xef\xbf\xbd\"}", UTF8, 6),
        ROW("{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\xef\xbf\xbd\xef\xbf\xbd\"}", UTF8, 6),
        ROW("{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}", UTF8,
            6),
        ROW("{\"\xe9\":1}", "{\"\xef\xbf\xbd\":1}", UTF8, 2),
        ROW("{\"a\":\"x\0y\"}", "{\"a\":\"x\xef\xbf\xbdy\"}", NUL, 7),
        ROW("{\"a\":\"\\u0000\"}", "{\"a\":\"\xef\xbf\xbd\"}", NUL, 6),
        ROW("{\"a\":\"x\ty\"}", "{\"a\":\"x\\ty\"}", CONTROL, 7),
        ROW("{\"a\":\"x\ny\",\"b\":1}", "{\"a\":\"x\\ny\",\"b\":1}", CONTROL, 7),
        ROW("{\"a\":\"\x1b[31m\"}", "{\"a\":\"\\u001B[31m\"}", CONTROL, 6),
        ROW("{\"a\":\"\\ud800\"}", "{\"a\":\"\xef\xbf\xbd\"}", SURROGATE, 6),
        ROW("{\"a\":\"\\udc00x\"}", "{\"a\":\"\xef\xbf\xbdx\"}", SURROGATE, 6),
        ROW("{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\xef\xbf\xbd\x41\"}", SURROGATE, 6),
        ROW("{\"a\":\"C:\\data\"}", "{\"a\":\"C:\\\\data\"}", ESCAPE, 8),
        ROW("{\"a\":\"\\u12g4\",\"b\":1}", "{\"a\":\"\\\\u12g4\",\"b\":1}", ESCAPE, 6),
        ROW("{\"a\":\"\\x41\"}", "{\"a\":\"\\\\x41\"}", ESCAPE, 6),
        ROW("{\"a\":\"\\u1\"}", "{\"a\":\"\\\\u1\"}", ESCAPE, 6),
    };

    (void)state;
    CHECK(rows);
}

static void test_nested(void **state)
{
    static const struct row rows[] = {
        ROW("{\"a\":[nan],\"b\":1}", "{\"b\":1}", VALUE, 6),
        ROW("{\"a\":{\"x\":nan,\"b\":2},\"b\":1}", "{\"b\":1}", VALUE, 10),
        ROW("{\"a\":[1,],\"b\":1}", "{\"b\":1}", VALUE, 8),
        ROW("{\"a\":[1 2],\"b\":1}", "{\"b\":1}", COMMA, 8),
        ROW("{\"a\":{\"x\" 1},\"b\":1}", "{\"b\":1}", COLON, 10),
        ROW("{\"a\":{x:1},\"b\":1}", "{\"b\":1}", NAME, 6),
        ROW("{\"a\":{\"x\":\"\xe9\"},\"b\":1}", "{\"b\":1}", UTF8, 11),
        ROW("{\"a\":[\"\\ud800\"],\"b\":1}", "{\"b\":1}", SURROGATE, 7),
        ROW("{\"a\":[1},\"b\":1}", "{\"b\":1}", VALUE, 7),
        ROW("{\"a\":[[1],\"b\":1}", "{}", COMMA, 13),
        ROW("{\"a\":[01],\"b\":1}", "{\"b\":1}", VALUE, 6),
        ROW("{\"a\":[1e999],\"b\":1}", "{\"b\":1}", VALUE, 6),
        ROW("{\"a\":[1]x,\"b\":1}", "{\"b\":1}", BEHIND, 8),
    };

    (void)state;
    CHECK(rows);
}

// Wherever the sender's library cuts: the members before are read, the one that is cut is not.
static void test_cut_at_each_byte(void **state)
{
    static const char text[] =
        "{\"a\": 270015, \"b\": \"m\xc3\xa9\\u00e9\", \"c\": [1.5e3, {}, null],"
        "\"d\": true, \"e\": \"x\"}";
    static const struct {
        size_t from;
        const char *kept;
    } steps[] = {
        {0, "{}"},
        {13, "{\"a\":270015}"},
        {30, "{\"a\":270015,\"b\":\"m\xc3\xa9\\u00e9\"}"},
        {54, "{\"a\":270015,\"b\":\"m\xc3\xa9\\u00e9\",\"c\":[1.5e3, {}, null]}"},
        {65, "{\"a\":270015,\"b\":\"m\xc3\xa9\\u00e9\",\"c\":[1.5e3, {}, null],\"d\":true}"},
        {74, "{\"a\":270015,\"b\":\"m\xc3\xa9\\u00e9\",\"c\":[1.5e3, {}, "
             "null],\"d\":true,\"e\":\"x\"}"},
        {SIZE_MAX, NULL},
    };
    size_t step = 0;

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char kept[PAYLOAD_KEEP_SIZE];
        struct payload_faults faults = scan(text, n, kept);

        if (n == steps[step + 1].from)
            step++;
        if (strcmp(kept, steps[step].kept) != 0)
            fail_msg("cut at %zu: '%s'", n, kept);
        assert_int_equal(faults.count, 1);
        assert_int_equal(faults.items[0].kind, n == 0 ? PAYLOAD_FAULT_EMPTY : PAYLOAD_FAULT_CUT);
        assert_int_equal(faults.items[0].position, n);
    }
}

static void test_good_json(void **state)
{
    static const char *const rows[] = {
        "{}", " \r\n\t{} \n", "{\"a\":1,\"A\":2}", "{\"\":null}", "{\"a\":99999999999999999999999}",
        "{\"a\":-1e99,\"b\":-0,\"c\":0.5,\"d\":1E-7}",
        ("{\"a\":\"\xc3\xa9 \\u00e9 \\ud83d\\ude00 \xf0\x9f\x98\x80 \\\" \\\\ \\/ "
         "\\b\\f\\n\\r\\t\"}"),
        "{\"a\":[{\"a\":[1,true,false,null,1.5]}],\"b\":{},\"c\":[]}",
        "{\"a\":\"]}]}]}[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"}",
        "{\"a\":{\"b\":1,\"b\":1}}", // within a value nobody looks
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char kept[PAYLOAD_KEEP_SIZE];

        if (scan(rows[i], strlen(rows[i]), kept).count != 0)
            fail_msg("%s", rows[i]);
    }
}

static void test_size(void **state)
{
    char text[3 * CONTRACT_PAYLOAD_MAX];
    char kept[PAYLOAD_KEEP_SIZE];
    struct payload_faults faults;

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "{\"a\":1}", 7);
    assert_int_equal(scan(text, CONTRACT_PAYLOAD_MAX, kept).count, 0);
    faults = scan(text, CONTRACT_PAYLOAD_MAX + 1, kept);
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.items[0].kind, PAYLOAD_FAULT_TOO_LONG);
    assert_int_equal(faults.items[0].position, CONTRACT_PAYLOAD_MAX);
    assert_string_equal(kept, "{\"a\":1}");
    memset(text + 7, 'x', sizeof text - 7);
    memcpy(text, "{\"a\":1,\"b\":\"", 12);
    faults = scan(text, sizeof text, kept);
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.items[0].kind, PAYLOAD_FAULT_TOO_LONG);
    assert_string_equal(kept, "{\"a\":1}");
}

static void test_depth(void **state)
{
    (void)state;
    for (size_t depth = 1; depth <= 2000; depth = depth < 20 ? depth + 1 : depth * 10) {
        char text[CONTRACT_PAYLOAD_MAX] = "{\"a\":";
        char kept[PAYLOAD_KEEP_SIZE];
        size_t n = strlen(text);

        memset(text + n, '[', depth - 1);
        n += depth - 1;
        text[n++] = '1';
        memset(text + n, ']', depth - 1);
        n += depth - 1;
        memcpy(text + n, ",\"b\":2}", 7);
        n += 7;

        struct payload_faults faults = scan(text, n, kept);

        assert_int_equal(faults.count, depth > 16);
        if (depth > 16) {
            assert_int_equal(faults.items[0].kind, PAYLOAD_FAULT_TOO_DEEP);
            assert_string_equal(kept, "{\"b\":2}");
        }
        assert_true(scan(text, depth + 4, kept).count > 0); // unclosed
    }
}

// As many members, faults and replaced bytes as fit: bounded all the same.
static void test_many(void **state)
{
    static const char *const pieces[] = {",", "a:", "\"\":1,", "{", "}", "\"", "'", "\xff",
        "\"\xff", "\"a\":\"\xff\",", "a:1,", "\\u", "\"\\", ",\"a", ",\"a\":{", "[", "{\"a\":[",
        "\x1b", "\"\x1b\":\"\x1b\","};
    char text[CONTRACT_PAYLOAD_MAX];
    char kept[PAYLOAD_KEEP_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t length = strlen(pieces[i]);

        for (size_t k = 0; k < sizeof text; k++)
            text[k] = k == 0 ? '{' : pieces[i][(k - 1) % length];
        assert_true(scan(text, sizeof text, kept).count > 0);
    }
    text[0] = '{';
    for (size_t i = 0; i < 800; i++) // each of another name
        snprintf(text + 1 + 5 * i, sizeof text - 1 - 5 * i, "%c%c:1,", (char)('A' + i % 26),
            (char)('a' + i / 26 % 26));
    assert_true(scan(text, sizeof text, kept).count > 0);
    memset(text, '\xff', sizeof text); // three bytes for each would not fit
    memcpy(text, "{\"b\":1,\"a\":\"", 12);
    memcpy(text + sizeof text - 8, "\",\"c\":2}", 8);
    scan(text, sizeof text, kept);
    assert_string_equal(kept, "{\"b\":1,\"c\":2}");
}

static void test_excerpts(void **state)
{
    static const char text[] = "0123456789abcdefghij\\\"\x01\xff{}0123456789abcdefghijklmnop";
    char out[DEVICE_FAULT_EXCERPT_SIZE];

    (void)state;
    payload_fault_excerpt((const uint8_t *)text, 0, 0, out);
    assert_string_equal(out, "");
    payload_fault_excerpt((const uint8_t *)text, 5, 5, out);
    assert_string_equal(out, "01234");
    payload_fault_excerpt((const uint8_t *)text, sizeof text - 1, 22, out);
    assert_string_equal(out, "6789abcdefghij\\x5c\"\\x01\\xff{}0123456789abcdefghij");
    memset(out, 0, sizeof out);

    uint8_t worst[100];

    memset(worst, 0xff, sizeof worst);
    payload_fault_excerpt(worst, sizeof worst, 50, out);
    assert_int_equal(strlen(out), 160);
    for (int kind = 0; kind < PAYLOAD_FAULT_KIND_COUNT; kind++) {
        const char *reason = payload_fault_text((enum payload_fault_kind)kind);

        assert_non_null(reason);
        assert_true(strlen(reason) < DEVICE_FAULT_REASON_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_object),
        cmocka_unit_test(test_values_that_json_lacks),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_cut_at_each_byte),
        cmocka_unit_test(test_good_json),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_excerpts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
