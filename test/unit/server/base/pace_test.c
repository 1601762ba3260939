// How often something is said.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/pace.h"

static void test_once_within_a_time(void **state)
{
    struct pace pace = {0};
    struct pace other = {0};

    (void)state;
    assert_true(pace_is_due(&pace, 3600000));
    assert_false(pace_is_due(&pace, 3600000));
    assert_false(pace_is_due(&pace, 0)); // the time that was given before counts
    assert_true(pace_is_due(&other, 0));
    assert_true(pace_is_due(&other, 0));
    pace.next_ms = clock_monotonic_ms();
    assert_true(pace_is_due(&pace, 3600000));
    assert_false(pace_is_due(&pace, 3600000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_once_within_a_time)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
