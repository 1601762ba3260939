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

static void test_it_is_read(void **state)
{
    uint8_t out[32];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(base64_decode(rows[i].text, out, sizeof out, &n), 0);
        assert_int_equal(n, strlen(rows[i].bytes));
        assert_memory_equal(out, rows[i].bytes, n);
    }
    assert_int_equal(base64_decode("Zm9v", out, 3, &n), 0);
    assert_int_equal(base64_decode("Zm9v", out, 2, &n), ERR_TOO_LARGE);
}

static void test_others_are_refused(void **state)
{
    static const char *const texts[] = {"Z", "Zg",
        "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm-v",
        "Zm_v", "Zm9v=", "Zm9v===="};
    uint8_t out[32];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (base64_decode(texts[i], out, sizeof out, &n) != ERR_INVALID)
            fail_msg("%s is taken", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_it_is_read),
        cmocka_unit_test(test_others_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
