// The clocks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "server/base/clock.h"

static void test_format(void **state)
{
    char out[CLOCK_TEXT_SIZE];

    (void)state;
    clock_format(0, out);
    assert_string_equal(out, "1970-01-01T00:00:00Z");
    clock_format(999, out);
    assert_string_equal(out, "1970-01-01T00:00:00Z");
    clock_format(1769903999000, out);
    assert_string_equal(out, "2026-01-31T23:59:59Z");
    clock_format(4102444800000, out);
    assert_string_equal(out, "2100-01-01T00:00:00Z");
}

static void test_now_is_unix_time(void **state)
{
    int64_t seconds = (int64_t)time(NULL);

    (void)state;
    assert_in_range(clock_now_ms() / 1000, seconds - 1, seconds + 5);
}

static void test_monotonic_never_goes_back(void **state)
{
    int64_t last = clock_monotonic_ms();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_ms();

        assert_true(now >= last);
        last = now;
    }
}

static void test_now_moves_only_when_told(void **state)
{
    int64_t now = clock_now_ms();

    (void)state;
    assert_in_range(clock_ahead_ms() + 5, 0, 10);
    clock_step(-3600000);
    assert_in_range(clock_now_ms() + 3600000, now, now + 5000);
    assert_in_range(clock_ahead_ms(), 3600000 - 5, 3600000 + 5);
    assert_in_range(clock_system_ms(), now - 5, now + 5000);
    clock_step(clock_ahead_ms());
    clock_slew(500);
    assert_in_range(clock_now_ms(), now + 500 - 5, now + 500 + 5000);
    clock_slew(-500);
    assert_in_range(clock_now_ms(), now - 5, now + 5000);
}

static void test_a_time_in_memory_goes_with_steps_alone(void **state)
{
    int64_t kept = clock_unstepped_ms();
    int64_t shown = kept + clock_stepped_ms();

    (void)state;
    clock_slew(7);
    assert_int_equal(kept + clock_stepped_ms(), shown);
    clock_step(-3600000);
    assert_int_equal(kept + clock_stepped_ms(), shown - 3600000);
    clock_step(3600000);
    clock_slew(-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_now_is_unix_time),
        cmocka_unit_test(test_monotonic_never_goes_back),
        cmocka_unit_test(test_now_moves_only_when_told),
        cmocka_unit_test(test_a_time_in_memory_goes_with_steps_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
