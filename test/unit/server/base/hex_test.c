// Bytes as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_encode)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
