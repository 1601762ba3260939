// How much may come in a time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/rate.h"

static void test_burst_and_refill(void **state)
{
    const struct rate rate = {.burst = 3, .interval_us = 1000};
    const struct {
        int64_t now_us, n;
        bool may;
    } rows[] = {
        {5000, 4, false}, // more than ever at once
        {5000, 3, true}, {5000, 1, false}, {5999, 1, false}, {6000, 1, true}, {6000, 1, false},
        {8000, 0, true}, {8000, 2, true}, {8999, 1, false}, // what was refused did not count
        {9000, 1, true}, {1000000, 3, true},                // never more than the burst
        {1000000, 1, false}, {900000, 1, false},            // a clock that goes back gives nothing
    };
    int64_t used_until_us = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(rate_take(&used_until_us, &rate, rows[i].n, rows[i].now_us), rows[i].may);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_burst_and_refill)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
