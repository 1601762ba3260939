#ifndef ROLLOUT_HEALTH_H
#define ROLLOUT_HEALTH_H

#include <stddef.h>

#include "server/rollout/rollout_health_control.h"
#include "server/rollout/rollout_health_hour.h"
#include "server/rollout/rollout_health_summary.h"

// Whether an updated device is well, though its new image runs; pure. It is measured against its
// own days before and, for what hits all, against devices that are not updated.
//
// Few false alarms: of all judgements of a rollout's devices together, however often they are made,
// the tests below are wrong in 0.4 % of good rollouts at most, if incidents come independently. So
// each device has its part of that (Bonferroni), each of the four tests a quarter, and the k-th
// stretch of four hours 1/(k(k+1)) of it, which sums to 1 over all k. As incidents do not come
// independently, a stretch with one restart counts as one with twenty, and all bounds have floors:
//
// - restarts, lost connections, errors: Fisher's exact test of the stretches of four hours with an
//   incident, since the update and before. Of restarts three stretches at least; connections are
//   bad in episodes of hours, so 12 hours, and three more each time that the number of devices
//   doubles. Without waiting for that: 6 restarts or 60 lost connections within two hours, and more
//   than twice what it ever had.
// - free heap: three hours' minima in a row below the lowest ever (and the median less six
// spreads),
//   by a quarter of the median and 2 KB more; or a fall that goes on (Kendall's exact test), lies
//   1.5 KB below that lowest, and leaves nothing within a week.
// - signal: weaker by 10 dB and six spreads for six hours, and the device suffers: it loses its
//   connection more often (Fisher, 1 %) or half of its statuses. Else it was only moved.
// - silence: for more than twice its longest ever, and 8 hours, and two more each time that the
// number
//   of devices doubles: power cuts of many hours happen, and among many devices longer ones.
// - longest loop: of a single device nothing. It is the longest since the start, and the update was
// a
//   start: one slow handshake shows for days. rollout_health_fleet.h compares it.
//
// Medians and spreads (rollout_statistic.h) do not mind some wild hours.

enum rollout_health_state {
    ROLLOUT_HEALTH_OK,
    ROLLOUT_HEALTH_TOO_EARLY, // nothing is wrong, but it was not heard for long enough
    ROLLOUT_HEALTH_UNHEALTHY,
};

#define ROLLOUT_HEALTH_REASON_SIZE 160
#define ROLLOUT_HEALTH_HOURS_MIN 4 // to be well

struct rollout_health_verdict {
    enum rollout_health_state state;
    enum rollout_health_measure measure;     // of UNHEALTHY
    char reason[ROLLOUT_HEALTH_REASON_SIZE]; // of UNHEALTHY, in a line with figures; else ""
};

// Judges a device by its days before the update (a week is good, a day the least that counts; of
// less only the floors hold) and its hours since. Those begin with the hour in which it first
// reported the image; of that hour, only what came after, and no gauges (has: 0). control: of the
// same hours; the devices of the same site if there are three or more, else all that wait; NULL if
// there are none. devices: how many the rollout updates in all.
void rollout_health_judge(const struct rollout_health_summary *before,
    const struct rollout_health_series *since, const struct rollout_health_control *control,
    size_t devices, struct rollout_health_verdict *out);

// "restarts", "lost connections", "errors", "free heap", "signal", "loop", "silence".
const char *rollout_health_measure_name(enum rollout_health_measure measure);

#endif
