#ifndef ROLLOUT_STATISTIC_H
#define ROLLOUT_STATISTIC_H

#include <stddef.h>
#include <stdint.h>

// The few statistics that tell a harm from chance; pure. Exact, so that they hold for a handful of
// hours as for many, and in logarithms, so that they hold for thousands of devices.

#define ROLLOUT_STATISTIC_FALLS_MAX 24 // values of rollout_statistic_falls()

// Some of so many: devices, or stretches of time, of which `hit` had an incident.
struct rollout_statistic_share {
    int64_t hit, of;
};

// How likely chance puts as many or more of all hits among `now` if both had the same rate:
// Fisher's exact test, one-sided (the upper tail of the hypergeometric distribution). 1 if either
// is empty.
double rollout_statistic_more(
    const struct rollout_statistic_share *now, const struct rollout_statistic_share *before);

// How likely as many hits or more are if each has that probability: the binomial's upper tail.
double rollout_statistic_above(const struct rollout_statistic_share *share, double probability);

// How likely values in random order are as much in falling order as these, or more: Kendall's test
// against a trend, exact; ties count for half. n from 0 to ROLLOUT_STATISTIC_FALLS_MAX.
double rollout_statistic_falls(const double *values, size_t n);

// The middle value; of two, their mean. Sorts the values. 0 if there are none.
double rollout_statistic_median(double *values, size_t n);

// How far values lie from the median: the middle distance, times 1.4826, which for a normal
// distribution is the standard deviation. Some wild values do not change it. Uses up the values.
double rollout_statistic_spread(double *values, size_t n, double median);

#endif
