// The clocks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "server/base/clock.h"

static const struct {
    int64_t time_ms;
    const char *text;
    struct tm utc;
} dates[] = {
    {0, "1970-01-01T00:00:00Z", {.tm_year = 70, .tm_mday = 1}},
    {1769903999000, "2026-01-31T23:59:59Z",
        {.tm_year = 126, .tm_mday = 31, .tm_hour = 23, .tm_min = 59, .tm_sec = 59}},
    // The last second of 31 bits, and what comes after it and after 32.
    {2147483647000, "2038-01-19T03:14:07Z",
        {.tm_year = 138, .tm_mday = 19, .tm_hour = 3, .tm_min = 14, .tm_sec = 7}},
    {2147483648000, "2038-01-19T03:14:08Z",
        {.tm_year = 138, .tm_mday = 19, .tm_hour = 3, .tm_min = 14, .tm_sec = 8}},
    {4102444800000, "2100-01-01T00:00:00Z", {.tm_year = 200, .tm_mday = 1}},
    {4294967296000, "2106-02-07T06:28:16Z",
        {.tm_year = 206, .tm_mon = 1, .tm_mday = 7, .tm_hour = 6, .tm_min = 28, .tm_sec = 16}},
    {253402300799000, "9999-12-31T23:59:59Z",
        {.tm_year = 8099, .tm_mon = 11, .tm_mday = 31, .tm_hour = 23, .tm_min = 59, .tm_sec = 59}},
};

static void test_dates(void **state)
{
    char out[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        clock_format(dates[i].time_ms, out);
        assert_string_equal(out, dates[i].text);
        clock_format(dates[i].time_ms + 999, out);
        assert_string_equal(out, dates[i].text);
        assert_true(clock_utc_ms(&dates[i].utc) == dates[i].time_ms);
    }
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
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_now_is_unix_time),
        cmocka_unit_test(test_monotonic_never_goes_back),
        cmocka_unit_test(test_now_moves_only_when_told),
        cmocka_unit_test(test_a_time_in_memory_goes_with_steps_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
