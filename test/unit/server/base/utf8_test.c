// Well-formed and malformed UTF-8 at every limit of RFC 3629, section 4.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/utf8.h"

static const struct {
    const char *bytes;
    size_t n;
    size_t length;
} rows[] = {
    {"", 0, 0},
    {"\x00", 1, 1},
    {"\x7f", 1, 1},
    {"\x80", 1, 0},
    {"\xc1\xbf", 2, 0}, // overlong
    {"\xc2\x80", 2, 2},
    {"\xc2\x7f", 2, 0},
    {"\xc2\xc0", 2, 0},
    {"\xc2", 1, 0},
    {"\xdf\xbf", 2, 2},
    {"\xe0\x9f\xbf", 3, 0}, // overlong
    {"\xe0\xa0\x80", 3, 3},
    {"\xe0\xa0", 2, 0},
    {"\xec\xbf\xbf", 3, 3},
    {"\xed\x9f\xbf", 3, 3},
    {"\xed\xa0\x80", 3, 0}, // surrogate
    {"\xee\x80\x80", 3, 3},
    {"\xef\xbf\xbf", 3, 3},
    {"\xef\xbf\xc0", 3, 0},
    {"\xf0\x8f\xbf\xbf", 4, 0}, // overlong
    {"\xf0\x90\x80\x80", 4, 4},
    {"\xf0\x90\x80", 3, 0},
    {"\xf3\xbf\xbf\xbf", 4, 4},
    {"\xf4\x8f\xbf\xbf", 4, 4},
    {"\xf4\x90\x80\x80", 4, 0}, // above U+10FFFF
    {"\xf4\x80\x80\x41", 4, 0},
    {"\xf5\x80\x80\x80", 4, 0},
    {"\xff", 1, 0},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = rows[i].n;
        uint8_t *exact = malloc(n > 0 ? n : 1); // so that a byte read beyond is found

        memcpy(exact, rows[i].bytes, n);
        assert_int_equal(utf8_sequence_length(exact, n), rows[i].length);
        free(exact);
    }
}

static void test_whole_texts(void **state)
{
    (void)state;
    assert_true(utf8_is_valid(""));
    assert_true(utf8_is_valid("a\xc3\xa9"));
    assert_false(utf8_is_valid("a\xc3"));
    assert_false(utf8_is_valid("\xff"
                               "a"));
}

static void test_fits(void **state)
{
    (void)state;
    assert_int_equal(utf8_fit("", 5), 0);
    assert_int_equal(utf8_fit("ab", 5), 2);
    assert_int_equal(utf8_fit("ab", 1), 1);
    assert_int_equal(utf8_fit("a\xc3\xa9z", 2), 1); // within a character
    assert_int_equal(utf8_fit("a\xc3\xa9z", 3), 3);
    assert_int_equal(utf8_fit("a\xc3", 5), 2); // cut already
    assert_int_equal(utf8_fit("a\xff\xff", 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
        cmocka_unit_test(test_whole_texts), cmocka_unit_test(test_fits)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
