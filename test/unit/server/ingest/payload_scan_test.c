// Payloads of every kind that devices send: what is read of each, and what is said of the rest.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "test/unit/server/ingest/payload_rows.h"

#define LARGE ((size_t)16 * CONTRACT_PAYLOAD_MAX)

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

static void test_marks(void **state)
{
    static const struct row rows[] = {
        ROW("{'a':'b','c':1}", "{\"a\":\"b\",\"c\":1}", QUOTES, 1),
        ROW("{\"a\":'it\\'s \"so\"'}", "{\"a\":\"it's \\\"so\\\"\"}", QUOTES, 5),
        ROW("{a:1,b_2:\"x\"}", "{\"a\":1,\"b_2\":\"x\"}", QUOTES, 1),
        ROW("{\"a\":1,}", "{\"a\":1}", COMMA, 7), ROW("{,\"a\":1}", "{\"a\":1}", COMMA, 1),
        ROW("{\"a\":1,,\"b\":2}", "{\"a\":1,\"b\":2}", COMMA, 7), ROW("{,}", "{}", COMMA, 1),
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
        ROW("{\"77kepQFQ8Kl\":1,\"77kepQFQ8Kl\":2}", "{\"77kepQFQ8Kl\":1}", TWICE,
            17), // FNV-1a makes 0 of that name
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
        ROW("{\"a\":\"\\ud800\\ue000\"}", "{\"a\":\"\xef\xbf\xbd\xee\x80\x80\"}", SURROGATE, 6),
        ROW("{\"a\":\"C:\\data\"}", "{\"a\":\"C:\\\\data\"}", ESCAPE, 8),
        ROW("{\"a\":\"\\u12g4\",\"b\":1}", "{\"a\":\"\\\\u12g4\",\"b\":1}", ESCAPE, 6),
        ROW("{\"a\":\"\\x41\"}", "{\"a\":\"\\\\x41\"}", ESCAPE, 6),
        ROW("{\"a\":\"\\u1\"}", "{\"a\":\"\\\\u1\"}", ESCAPE, 6),
    };

    (void)state;
    CHECK(rows);
}

#define B "\"b\":\"m\xc3\xa9\\u00e9\xf0\x9f\x98\x80\\ud83d\\ude00\""
#define C "\"c\":[1.5e3, {}, null]"

// Wherever the sender's library cuts: the members before are read, the one that is cut is not.
static void test_cut_at_each_byte(void **state)
{
    static const char text[] =
        "{\"a\": 270015, \"b\": \"m\xc3\xa9\\u00e9\xf0\x9f\x98\x80\\ud83d\\ude00\","
        " \"c\": [1.5e3, {}, null],"
        "\"d\": true, \"e\": \"x\"}";
    static const struct {
        size_t from;
        const char *kept;
    } steps[] = {
        {0, "{}"},
        {13, "{\"a\":270015}"},
        {46, "{\"a\":270015," B "}"},
        {70, "{\"a\":270015," B "," C "}"},
        {81, "{\"a\":270015," B "," C ",\"d\":true}"},
        {90, "{\"a\":270015," B "," C ",\"d\":true,\"e\":\"x\"}"},
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

    // What stands behind is not read, however long it is.
    char *large = malloc(LARGE);

    assert_non_null(large);
    memset(large, ' ', LARGE);
    memcpy(large, "{\"a\":1,", 7);
    memcpy(large + CONTRACT_PAYLOAD_MAX, ",\"b\":2}", 7);
    scan(large, CONTRACT_PAYLOAD_MAX + 7, kept);
    assert_string_equal(kept, "{\"a\":1}");
    memset(large + 12, '\xff', LARGE - 12);
    memcpy(large, "{\"a\":1,\"b\":\"", 12);
    scan(large, LARGE, kept);
    assert_string_equal(kept, "{\"a\":1}");
    free(large);
}

// Behind what is no JSON a name is looked for so far, and no farther.
static void test_way_back(void **state)
{
    (void)state;
    for (int length = 1; length <= 100; length++) {
        char text[256];
        char kept[PAYLOAD_KEEP_SIZE];
        int n = snprintf(text, sizeof text, "{\"a\":nan,\"%0*d\":1,\"c\":2}", length, 0);

        scan(text, (size_t)n, kept);
        if ((strstr(kept, ":1") != NULL) != (length <= 61))
            fail_msg("%d: %s", length, kept);
        assert_non_null(strstr(kept, "\"c\":2"));
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

// A member that grows when it is written as JSON, up to the last byte that there is room for.
static void test_room(void **state)
{
    char text[CONTRACT_PAYLOAD_MAX];
    char kept[PAYLOAD_KEEP_SIZE];
    size_t frame = strlen("{\"a\":\"\\u0001\"}");

    (void)state;
    for (size_t n = 4000; n < sizeof text - 9; n++) {
        memset(text, 'x', sizeof text);
        memcpy(text, "{\"a\":\"\x01", 7);
        memcpy(text + 7 + n, "\"}", 2);
        scan(text, 9 + n, kept);
        assert_int_equal(strlen(kept), frame + n < PAYLOAD_KEEP_SIZE ? frame + n : strlen("{}"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_object),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_cut_at_each_byte),
        cmocka_unit_test(test_good_json),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_way_back),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
