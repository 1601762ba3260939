// Exact tests, and what is robust of a sample.
#include "server/rollout/rollout_statistic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NORMAL 1.4826 // of the middle distance to the standard deviation
#define PAIRS_MAX (ROLLOUT_STATISTIC_FALLS_MAX * (ROLLOUT_STATISTIC_FALLS_MAX - 1) / 2)

static double log_factorial(int64_t n)
{
    int sign; // lgamma() writes a global

    return lgamma_r((double)n + 1, &sign);
}

static double log_choose(int64_t n, int64_t k)
{
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

double rollout_statistic_more(
    const struct rollout_statistic_share *now, const struct rollout_statistic_share *before)
{
    int64_t hits = now->hit + before->hit;
    int64_t most = smaller(hits, now->of);
    double whole = log_choose(now->of + before->of, hits);
    double sum = 0;

    if (now->of <= 0 || before->of <= 0 || now->hit <= 0)
        return 1;
    // The terms fall: nothing of a sum from the largest on is lost.
    for (int64_t k = now->hit; k <= most; k++) {
        if (hits - k <= before->of)
            sum += exp(log_choose(now->of, k) + log_choose(before->of, hits - k) - whole);
    }
    return sum < 1 ? sum : 1;
}

double rollout_statistic_above(const struct rollout_statistic_share *share, double probability)
{
    double sum = 0;

    if (share->hit <= 0)
        return 1;
    for (int64_t k = share->hit; k <= share->of; k++)
        sum += exp(log_choose(share->of, k) + (double)k * log(probability) +
                   (double)(share->of - k) * log1p(-probability));
    return sum < 1 ? sum : 1;
}

// Of all orders of n values, the share that has so many falling pairs, for each number of pairs: by
// putting in one value after the other, each at any place.
static void share_orders(size_t n, double share[PAIRS_MAX + 1])
{
    memset(share, 0, (PAIRS_MAX + 1) * sizeof *share);
    share[0] = 1;
    for (size_t i = 2; i <= n; i++) {
        double next[PAIRS_MAX + 1] = {0};

        for (size_t pairs = 0; pairs <= i * (i - 1) / 2; pairs++) {
            for (size_t put = 0; put < i && put <= pairs; put++)
                next[pairs] += share[pairs - put] / (double)i;
        }
        memcpy(share, next, sizeof next);
    }
}

double rollout_statistic_falls(const double *values, size_t n)
{
    double share[PAIRS_MAX + 1];
    double falling = 0;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++)
            falling += values[j] < values[i] ? 1 : values[j] > values[i] ? 0 : 0.5;
    }
    if (n < 2)
        return 1;
    share_orders(n, share);
    // From the rarest on. A half pair counts as none.
    for (size_t pairs = n * (n - 1) / 2 + 1; pairs-- > (size_t)falling;)
        sum += share[pairs];
    return sum < 1 ? sum : 1;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double rollout_statistic_median(double *values, size_t n)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, compare);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

double rollout_statistic_spread(double *values, size_t n, double median)
{
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    return NORMAL * rollout_statistic_median(values, n);
}
