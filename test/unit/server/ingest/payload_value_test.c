// Values in payloads: numbers, words, objects and arrays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "common/contract.h"
#include "test/unit/server/ingest/payload_rows.h"

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
        // What stands within it is none of the object's own.
        ROW("{\"a\":nan [{\"x\":1,\"b\":2}],\"c\":3}", "{\"c\":3}", VALUE, 5),
        ROW("{\"a\":nan,\"b':1,\"c\":2}", "{\"c\":2}", VALUE, 5),
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
        ROW("{\"a\":{\"x\":1,},\"b\":1}", "{\"b\":1}", NAME, 12),
        // Brackets in quotes are none, and escaped quotes end none.
        ROW("{\"a\":[nan,\"]\",b:7],\"c\":1}", "{\"c\":1}", VALUE, 6),
        ROW("{\"a\":[nan,\"\\\"],b:7,\"],\"c\":1}", "{\"c\":1}", VALUE, 6),
        ROW("{\"a\":[nan,\"\\\\\"],\"b\":7}", "{\"b\":7}", VALUE, 6),
        ROW("{\"a\":[nan,\"\\", "{}", VALUE, 6),
    };

    (void)state;
    CHECK(rows);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_that_json_lacks),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
