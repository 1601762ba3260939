// Exact tests against values known by hand, and by counting all cases.
#include "server/rollout/rollout_statistic.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static void assert_close(double value, double expected)
{
    if (fabs(value - expected) > 1e-9 * fmax(fabs(expected), 1e-12))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void more_is_fishers_test(void **state)
{
    static const struct {
        struct rollout_statistic_share now, before;
        double chance;
    } rows[] = {
        {{0, 3}, {0, 42}, 1}, {{0, 3}, {5, 42}, 1}, {{1, 0}, {0, 42}, 1}, // no time since
        {{3, 3}, {0, 0}, 1},                                              // none before
        {{1, 1}, {0, 1}, 0.5}, {{3, 3}, {0, 42}, 1 / 14190.0},            // 1 / C(45, 3)
        {{3, 3}, {2, 42}, 10 / 14190.0},                                  // C(5, 3) / C(45, 3)
        {{2, 3}, {0, 42}, 3 / 990.0},                                     // C(3, 2) / C(45, 2)
        {{3, 4}, {1, 4}, 17 / 70.0}, // the lady tasting tea: 16 + 1
        {{4, 4}, {0, 4}, 1 / 70.0}, {{3, 3}, {3, 3}, 1},
        {{5, 10}, {6, 6}, 1}, // all chances: 5 is the least that fits
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_close(rollout_statistic_more(&rows[i].now, &rows[i].before), rows[i].chance);
}

static void more_holds_for_thousands(void **state)
{
    const struct rollout_statistic_share now = {500, 5000};
    const struct rollout_statistic_share before = {0, 5000};
    double chance = rollout_statistic_more(&now, &before);

    (void)state;
    assert_true(chance > 0 && chance < 1e-150);
}

static void above_is_the_binomial(void **state)
{
    const struct rollout_statistic_share rows[] = {{0, 4}, {1, 4}, {4, 4}, {5, 4}};
    const double chances[] = {1, 1 - 0.75 * 0.75 * 0.75 * 0.75, 0.25 * 0.25 * 0.25 * 0.25, 0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_close(rollout_statistic_above(&rows[i], 0.25), chances[i]);
}

static size_t as_much_falling, orders;

static size_t falling_pairs(const double *values, size_t n)
{
    size_t pairs = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++)
            pairs += values[k] < values[i];
    }
    return pairs;
}

// NOLINTNEXTLINE(misc-no-recursion): all orders of six values
static void try_orders(double *values, size_t n, size_t from, size_t pairs)
{
    if (from == n) {
        orders++;
        as_much_falling += falling_pairs(values, n) >= pairs;
        return;
    }
    for (size_t i = from; i < n; i++) {
        double kept = values[from];

        values[from] = values[i];
        values[i] = kept;
        try_orders(values, n, from + 1, pairs);
        kept = values[from];
        values[from] = values[i];
        values[i] = kept;
    }
}

static void falls_counts_all_orders(void **state)
{
    static const double rows[][6] = {
        {6, 5, 4, 3, 2, 1}, {1, 2, 3, 4, 5, 6}, {6, 4, 5, 1, 3, 2}, {3, 1, 2, 6, 5, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double values[] = {1, 2, 3, 4, 5, 6};

        as_much_falling = orders = 0;
        try_orders(values, 6, 0, falling_pairs(rows[i], 6));
        assert_int_equal(orders, 720);
        assert_close(rollout_statistic_falls(rows[i], 6), (double)as_much_falling / 720);
    }
}

static void falls_has_bounds(void **state)
{
    double values[ROLLOUT_STATISTIC_FALLS_MAX];

    (void)state;
    for (size_t i = 0; i < ROLLOUT_STATISTIC_FALLS_MAX; i++)
        values[i] = 1000 - (double)i;
    assert_close(rollout_statistic_falls(values, 0), 1);
    assert_close(rollout_statistic_falls(values, 1), 1);
    assert_close(rollout_statistic_falls(values, 2), 0.5);
    assert_close(rollout_statistic_falls(values, ROLLOUT_STATISTIC_FALLS_MAX),
        1 / tgamma(ROLLOUT_STATISTIC_FALLS_MAX + 1.0));
    for (size_t i = 0; i < ROLLOUT_STATISTIC_FALLS_MAX; i++)
        values[i] = 7;
    assert_true(rollout_statistic_falls(values, ROLLOUT_STATISTIC_FALLS_MAX) > 0.5);
}

static void median_and_spread_ignore_wild_values(void **state)
{
    double odd[] = {9, 1, 1e9};
    double even[] = {4, 1, 3, 2};
    double flat[] = {5, 5, 5, 5, 1e9};

    (void)state;
    assert_close(rollout_statistic_median(odd, 0), 0);
    assert_close(rollout_statistic_median(odd, 3), 9);
    assert_close(rollout_statistic_median(even, 4), 2.5);
    assert_close(rollout_statistic_spread(even, 4, 2.5), 1.4826);
    assert_close(rollout_statistic_spread(flat, 5, 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_is_fishers_test),
        cmocka_unit_test(more_holds_for_thousands),
        cmocka_unit_test(above_is_the_binomial),
        cmocka_unit_test(falls_counts_all_orders),
        cmocka_unit_test(falls_has_bounds),
        cmocka_unit_test(median_and_spread_ignore_wild_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
