// When memory is given back: once it is worth it, and then when there is time. That it is, the row
// "memory" of scripts/bench sees.
#include "server/store/store_trim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BUSY 2500

static void test_waits_until_it_is_worth_it_and_quiet(void **state)
{
    struct store_trim trim = {0};

    (void)state;
    assert_false(store_trim_is_due(&trim, STORE_TRIM_JOBS - 2, false));
    assert_false(store_trim_is_due(&trim, 1, true));
    assert_false(store_trim_is_due(&trim, 1, false));
    assert_true(store_trim_is_due(&trim, 0, true));
    assert_false(store_trim_is_due(&trim, 1, true));
}

static void test_is_done_seldom_while_busy(void **state)
{
    struct store_trim trim = {0};

    (void)state;
    assert_false(store_trim_is_due(&trim, BUSY, true)); // which does not put off the first
    assert_true(store_trim_is_due(&trim, STORE_TRIM_JOBS, true));
    assert_false(store_trim_is_due(&trim, STORE_TRIM_JOBS, true));
    assert_false(store_trim_is_due(&trim, STORE_TRIM_QUIET, true));
    assert_true(store_trim_is_due(&trim, STORE_TRIM_QUIET - 1, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_until_it_is_worth_it_and_quiet),
        cmocka_unit_test(test_is_done_seldom_while_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
