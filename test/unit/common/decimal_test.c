// Tests of numbers in decimal digits.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/decimal.h"

static const struct {
    int64_t value;
    const char *text;
} rows[] = {
    {0, "0"},
    {1, "1"},
    {-1, "-1"},
    {9, "9"},
    {10, "10"},
    {-10, "-10"},
    {100, "100"},
    {INT32_MAX, "2147483647"},
    {INT32_MIN, "-2147483648"},
    {UINT32_MAX, "4294967295"},
    {(int64_t)UINT32_MAX + 1, "4294967296"},
    {9007199254740992, "9007199254740992"},
    {1000000000000000000, "1000000000000000000"},
    {INT64_MAX, "9223372036854775807"},
    {-INT64_MAX, "-9223372036854775807"},
    {INT64_MIN, "-9223372036854775808"},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[DECIMAL_SIZE];

        assert_int_equal(decimal_format(out, sizeof out, rows[i].value), strlen(rows[i].text));
        assert_string_equal(out, rows[i].text);
    }
}

// Whole or not at all, and not a byte more than there is room for.
static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = strlen(rows[i].text);

        for (size_t size = 0; size <= DECIMAL_SIZE; size++) {
            char out[DECIMAL_SIZE + 1];
            char before[sizeof out];

            memset(out, '#', sizeof out);
            memset(before, '#', sizeof before);
            if (size > length)
                memcpy(before, rows[i].text, length + 1);
            assert_int_equal(decimal_format(out, size, rows[i].value), size > length ? length : 0);
            assert_memory_equal(out, before, sizeof out);
        }
    }
    assert_int_equal(decimal_format(NULL, 0, 7), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
