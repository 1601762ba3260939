// When what did not arrive is tried again.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "server/webhook/webhook_backoff.h"

static const struct webhook_backoff usual = {5000, 3600000, 86400000};

static void pauses_double_up_to_the_longest(void **state)
{
    static const int64_t pauses[] = {5000, 10000, 20000, 40000, 80000, 160000, 320000, 640000,
        1280000, 2560000, 3600000, 3600000};

    (void)state;
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++)
        assert_int_equal(webhook_backoff_delay(&usual, (int64_t)i + 1, 0), pauses[i]);
    assert_int_equal(webhook_backoff_delay(&usual, INT64_MAX, 0), 3600000);
    assert_int_equal(webhook_backoff_delay(&usual, 0, 0), 5000);
    assert_int_equal(webhook_backoff_delay(&(struct webhook_backoff){3, 3, 9}, 5, 0), 3);
}

static void chance_takes_up_to_a_half(void **state)
{
    int64_t least = INT64_MAX;

    (void)state;
    for (uint32_t chance = 0; chance < 5003; chance++) {
        int64_t delay = webhook_backoff_delay(&usual, 1, chance);

        assert_in_range(delay, 2500, 5000);
        least = delay < least ? delay : least;
    }
    assert_int_equal(least, 2500);
    assert_in_range(webhook_backoff_delay(&usual, 50, UINT32_MAX), 1800000, 3600000);
}

static void a_clock_that_was_set_keeps_nothing_back(void **state)
{
    (void)state;
    assert_true(webhook_backoff_is_due(&usual, 1000, 1000));
    assert_false(webhook_backoff_is_due(&usual, 1001, 1000));
    assert_false(webhook_backoff_is_due(&usual, 3601000, 1000));
    assert_true(webhook_backoff_is_due(&usual, 3601001, 1000));
}

static void it_ends_after_its_time(void **state)
{
    (void)state;
    assert_false(webhook_backoff_is_over(&usual, 1000, 86400999));
    assert_true(webhook_backoff_is_over(&usual, 1000, 86401000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_double_up_to_the_longest),
        cmocka_unit_test(chance_takes_up_to_a_half),
        cmocka_unit_test(a_clock_that_was_set_keeps_nothing_back),
        cmocka_unit_test(it_ends_after_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
