// How much may come in a time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/rate.h"

static void test_take(void **state)
{
    // 2 a second, 5 at once
    static const struct rate rate = {2, 1000, 5};
    static const struct {
        int64_t now_ms;
        uint32_t n;
        bool taken;
        bool is_empty;
    } rows[] = {
        {1000, 6, false, false}, // never
        {1000, 0, true, false},
        {1000, 4, true, false},
        {1000, 2, false, false},
        {1000, 1, true, true},
        {1000, 1, false, true},
        {1499, 1, false, true},
        {1500, 1, true, true},
        {1400, 1, false, true}, // a clock that goes back gives nothing
        {1999, 1, false, true},
        {2000, 1, true, true},
        {4500, 5, true, true}, // full again
        {100000, 5, true, true},
        {100000, 1, false, true},
        {INT64_MAX, 5, true, true},
    };
    struct rate_use use = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(rate_take(&use, &rate, rows[i].n, rows[i].now_ms), rows[i].taken);
        assert_int_equal(rate_is_spent(&use, &rate, rows[i].now_ms), rows[i].is_empty);
    }
}

// What is given back can be taken again; more than is spent is no store for later.
static void test_give(void **state)
{
    static const struct rate rate = {2, 1000, 5};
    struct rate_use use = {0};

    (void)state;
    assert_true(rate_take(&use, &rate, 5, 1000));
    rate_give(&use, &rate, 2);
    assert_false(rate_take(&use, &rate, 3, 1000));
    assert_true(rate_take(&use, &rate, 2, 1000));
    rate_give(&use, &rate, SIZE_MAX);
    assert_false(rate_take(&use, &rate, 6, 1000));
    assert_true(rate_take(&use, &rate, 5, 1000));
    rate_give(&use, &rate, 5);
    rate_give(&use, &rate, 5);
    assert_true(rate_take(&use, &rate, 5, 1000));
    assert_true(rate_is_spent(&use, &rate, 1000));
}

// Who asks all the time gets no less, also where a token is rare.
static void test_long_run(void **state)
{
    static const struct rate rates[] = {{1, 1000000, 1}, {17, 60000, 10}, {1, 1000, 1}, {1, 3, 100},
        {1, 86400000, 5}, {1000, 7, 9}};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct rate_use use = {0};
        int64_t step_ms = 1 + rates[i].in_ms / rates[i].count / 7;
        int64_t taken = 0;
        int64_t now_ms;

        for (now_ms = 0; now_ms < 100000 * step_ms; now_ms += step_ms)
            taken += rate_take(&use, &rates[i], 1, now_ms);
        int64_t most = rates[i].burst + now_ms * rates[i].count / rates[i].in_ms + 1;

        assert_true(taken <= most);
        // in steps of a millisecond some is lost where more than one comes back in each
        assert_true(rates[i].count > rates[i].in_ms || taken >= most * 4 / 5 - 1);
    }
}

// A burst that no clock sees back is none without end.
static void test_longest(void **state)
{
    static const struct rate rate = {1, 86400000, 100000000};
    struct rate_use use = {0};
    int64_t taken = 0;

    (void)state;
    assert_false(rate_take(&use, &rate, 100000001, 0));
    assert_true(rate_take(&use, &rate, 1, 0));
    while (taken < 30000 && rate_take(&use, &rate, 1, 0))
        taken++;
    assert_in_range(taken, 25000, 29999); // 70 years of days
    assert_true(rate_is_spent(&use, &rate, 0));
    rate_give(&use, &rate, 2);
    assert_true(rate_take(&use, &rate, 1, 0));
    assert_true(rate_take(&use, &rate, 20000, INT64_MAX));
    assert_true(use.until_ns > 0);
    for (int i = 0; i < 10; i++)
        rate_give(&use, &rate, SIZE_MAX);
    assert_int_equal(use.until_ns, 0);
}

// More than one in each nanosecond.
static void test_fastest(void **state)
{
    static const struct rate rate = {UINT32_MAX, 1, 5};
    struct rate_use use = {0};

    (void)state;
    assert_true(rate_take(&use, &rate, 5, 1000));
    assert_false(rate_take(&use, &rate, 1, 1000));
    assert_true(rate_take(&use, &rate, 5, 1001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_give),
        cmocka_unit_test(test_long_run),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_fastest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
