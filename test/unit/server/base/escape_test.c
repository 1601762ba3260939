// Characters that a terminal might obey, made visible.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/escape.h"
#include "server/base/utf8.h"

static const struct {
    const char *in;
    const char *text;
    const char *json;
} rows[] = {
    {"", "", ""},
    {"plain \"\\ text", "plain \"\\ text", "plain \"\\ text"},
    {"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xc2\xa0", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xc2\xa0",
        "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xc2\xa0"},
    {"\033[31m", "\\x1b[31m", "\033[31m"}, // cannot stand in a JSON text, but between its values
    {"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd", "a\nb\tc\rd"},
    {"\x7f", "\\x7f", "\\u007f"},
    {"\xc2\x80", "\\u0080", "\\u0080"},
    {"\xc2\x9b", "\\u009b", "\\u009b"}, // CSI as C1
    {"\xc2\x9f", "\\u009f", "\\u009f"},
    {"\xd8\x9c", "\\u061c", "\\u061c"},
    {"\xe1\xa0\x8e", "\\u180e", "\\u180e"},
    {"\xe2\x80\x8b", "\\u200b", "\\u200b"},
    {"\xe2\x80\x8f", "\\u200f", "\\u200f"},
    {"\xe2\x80\xa8", "\\u2028", "\\u2028"},
    {"\xe2\x80\xae", "\\u202e", "\\u202e"}, // right-to-left override
    {"\xe2\x81\xa6", "\\u2066", "\\u2066"},
    {"\xef\xbb\xbf", "\\ufeff", "\\ufeff"},
    {"\xef\xbf\xb9", "\\ufff9", "\\ufff9"},
    {"\xf3\xa0\x80\x81", "\\U000e0001", "\\udb40\\udc01"}, // a tag
    {"\xf3\xa0\x81\xbf", "\\U000e007f", "\\udb40\\udc7f"},
    {"\xff\xc3", "\\xff\\xc3", "\xff\xc3"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\xed\xa0\x80"},
    {"\x1f", "\\x1f", "\x1f"},
};

static void each_is_shown_as_it_is_or_as_its_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size;
        char *text = escape_text(rows[i].in, &size);

        assert_string_equal(text, rows[i].text);
        assert_int_equal(size, strlen(text));
        free(text);
        text = escape_json(rows[i].in, &size);
        assert_string_equal(text, rows[i].json);
        assert_int_equal(size, strlen(text));
        free(text);
    }
}

static const struct {
    uint32_t first, last;
} listed[] = {{0x80, 0x9f}, {0x61c, 0x61c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

static bool is_listed(uint32_t code)
{
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
        if (code >= listed[i].first && code <= listed[i].last)
            return true;
    }
    return false;
}

// As large as it can grow.
static void long_texts_have_room(void **state)
{
    static const struct {
        const char *in, *text, *json;
    } pieces[] = {
        {"\xff", "\\xff", "\xff"},
        {"\x01", "\\x01", "\x01"},
        {"\x7f", "\\x7f", "\\u007f"},
        {"\xc2\x80", "\\u0080", "\\u0080"},
        {"\xf3\xa0\x80\x81", "\\U000e0001", "\\udb40\\udc01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        char in[1024] = "";
        size_t size;
        char *out;

        for (size_t k = 0; k < 250; k++)
            memcpy(in + k * strlen(pieces[i].in), pieces[i].in, strlen(pieces[i].in));
        out = escape_text(in, &size);
        assert_int_equal(size, 250 * strlen(pieces[i].text));
        free(out);
        out = escape_json(in, &size);
        assert_int_equal(size, 250 * strlen(pieces[i].json));
        free(out);
    }
}

// All of Unicode: never more than four times the size, always well-formed, nothing that a terminal
// obeys.
static void no_code_point_gets_through(void **state)
{
    (void)state;
    for (uint32_t code = 0x80; code < 0x110000; code++) {
        char in[5] = {0};
        char out[ESCAPE_MAX + 1] = {0};
        size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        size_t size;

        for (size_t i = n; i > 1; i--)
            in[i - 1] = (char)(0x80 | (code >> (6 * (n - i)) & 0x3f));
        in[0] = (char)((0xf00 >> n & 0xf0) | code >> (6 * (n - 1)));
        if (n == 2)
            in[0] = (char)(0xc0 | code >> 6);
        if (!utf8_is_valid(in))
            continue; // a surrogate
        assert_int_equal(escape_next(in, n, out, &size), n);
        assert_true(size <= 4 * n && size <= ESCAPE_MAX);
        assert_true(utf8_is_valid(out));
        assert_true(out[0] == '\\' ? code < 0xa0 || code > 0x600 : strcmp(in, out) == 0);
        assert_true(code >= 0xa0 || out[0] == '\\');
        if ((out[0] == '\\') != is_listed(code))
            fail_msg("U+%04X: %s", (unsigned)code, out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_shown_as_it_is_or_as_its_code),
        cmocka_unit_test(long_texts_have_room),
        cmocka_unit_test(no_code_point_gets_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
