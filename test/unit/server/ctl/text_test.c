// Text for terminals: escaping, width, ages, sizes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/text.h"

static const struct {
    const char *in;
    const char *out;
} escapes[] = {
    {"", ""},
    {"plain", "plain"},
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"\033[31mred", "\\x1b[31mred"},
    {"a\nb\tc\rd\x7f", "a\\x0ab\\x09c\\x0dd\\x7f"},
    {"\xc2\x9b"
     "31m",
        "\\u009b31m"}, // CSI as C1
    {"\xc2\xa0", "\xc2\xa0"},
    {"\xe2\x80\xae"
     "abc",
        "\\u202eabc"}, // right-to-left override
    {"\xe2\x81\xa6", "\\u2066"},
    {"\xef\xbb\xbf", "\\ufeff"},
    {"\xff\xc3", "\\xff\\xc3"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
};

static void test_escape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        char *out = text_escape(escapes[i].in);

        assert_string_equal(out, escapes[i].out);
        free(out);
    }
}

static void test_print(void **state)
{
    char *text;
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        FILE *out = open_memstream(&text, &size);

        text_print(out, escapes[i].in);
        fclose(out);
        assert_string_equal(text, escapes[i].out);
        free(text);
    }
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("gr\xc3\xbc\xc3\x9f"), 4);
    assert_int_equal(text_width("\xf0\x9f\x98\x80"), 1);
}

static void expect_age(int64_t ms, const char *expected)
{
    char out[TEXT_SHORT_SIZE];

    text_age(ms, out);
    assert_string_equal(out, expected);
}

static void test_age(void **state)
{
    (void)state;
    expect_age(INT64_MIN, "0s");
    expect_age(-1, "0s");
    expect_age(0, "0s");
    expect_age(999, "0s");
    expect_age(3000, "3s");
    expect_age(59999, "59s");
    expect_age(60000, "1m");
    expect_age(3599999, "59m");
    expect_age(3600000, "1h");
    expect_age(86399999, "23h");
    expect_age(86400000, "1d");
    expect_age(INT64_MAX, "106751991167d");
}

static void expect_size(int64_t bytes, const char *expected)
{
    char out[TEXT_SHORT_SIZE];

    text_size(bytes, out);
    assert_string_equal(out, expected);
}

static void test_size(void **state)
{
    (void)state;
    expect_size(0, "0 B");
    expect_size(1023, "1023 B");
    expect_size(1024, "1 KiB");
    expect_size(395000, "386 KiB");
    expect_size(1024 * 1024, "1.0 MiB");
    expect_size(4 * 1024 * 1024 + 500000, "4.5 MiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
