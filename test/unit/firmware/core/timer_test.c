// Tests of spans of time on a counter that wraps.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/timer.h"

static void test_wrap(void **state)
{
    struct timer timer;

    (void)state;
    timer_start(&timer, UINT32_MAX - 9, 20);
    assert_int_equal(timer_left_ms(&timer, UINT32_MAX - 9), 20);
    assert_int_equal(timer_left_ms(&timer, 0), 10);
    assert_int_equal(timer_left_ms(&timer, 9), 1);
    assert_false(timer_ended(&timer, 9));
    assert_true(timer_ended(&timer, 10));
    assert_true(timer_ended(&timer, 1000));
}

static void test_limits(void **state)
{
    struct timer timer;

    (void)state;
    timer_start(&timer, 5, 0);
    assert_true(timer_ended(&timer, 5));
    timer_start(&timer, 5, TIMER_NEVER);
    assert_int_equal(timer_left_ms(&timer, 4), TIMER_NEVER);
    assert_int_equal(timer_min_ms(1, 2), 1);
    assert_int_equal(timer_min_ms(2, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
