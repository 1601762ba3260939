// Back-off.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/mqtt/mqtt_delay.h"

static void test_delays(void **state)
{
    static const struct {
        unsigned failures;
        int64_t least_ms, most_ms;
    } rows[] = {
        {0, 1000, 1250},
        {1, 1000, 1250},
        {2, 2000, 2500},
        {3, 4000, 5000},
        {5, 16000, 20000},
        {6, 30000, 30000},
        {100, 30000, 30000},
        {0xffffffff, 30000, 30000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(mqtt_delay_ms(rows[i].failures, 0), rows[i].least_ms);
        assert_int_equal(mqtt_delay_ms(rows[i].failures, UINT32_MAX), rows[i].most_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_delays)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
