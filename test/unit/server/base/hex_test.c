// Bytes as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/hex.h"

static void test_encode(void **state)
{
    const uint8_t bytes[] = {0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff};
    char out[13] = "............";

    (void)state;
    hex_encode(bytes, sizeof bytes, out);
    assert_string_equal(out, "00090a7f80ff");
    hex_encode(bytes, 0, out);
    assert_string_equal(out, "");
}

static void test_decode(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff};
    static const char *const none[] = {"0", "00a", "0g", "g0", "0A", " 0", "0x", "\3770"};
    uint8_t out[6];

    (void)state;
    assert_true(hex_decode("00090a7f80ff", 12, out));
    assert_memory_equal(out, bytes, sizeof out);
    assert_true(hex_decode("", 0, out));
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(hex_decode(none[i], strlen(none[i]), out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_decode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
