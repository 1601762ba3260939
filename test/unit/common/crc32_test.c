// Tests of crc32.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/crc32.h"

static const uint8_t check[] = "123456789";

static void test_known_values(void **state)
{
    (void)state;
    assert_int_equal(crc32_update(0, check, 0), 0);
    assert_int_equal(crc32_update(0, check, 9), 0xCBF43926);
}

static void test_continues(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 9; n++)
        assert_int_equal(crc32_update(crc32_update(0, check, n), check + n, 9 - n), 0xCBF43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_continues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
