// Bytes as base64, by the RFC's own examples.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/base64.h"

static const struct {
    const char *bytes, *text;
} rows[] = {
    {"", ""}, // RFC 4648, 10
    {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf\xef", "+/+/7w=="}, // its last two digits
};

static void test_rows(void **state)
{
    char out[32];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].bytes);

        base64_encode((const uint8_t *)rows[i].bytes, n, out);
        assert_string_equal(out, rows[i].text);
        assert_int_equal(BASE64_SIZE(n), strlen(out) + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
