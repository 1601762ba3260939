#ifndef ROLLOUT_HEALTH_FLEET_H
#define ROLLOUT_HEALTH_FLEET_H

#include <stddef.h>
#include <stdint.h>

#include "server/rollout/rollout_health.h"
#include "server/rollout/rollout_health_traits.h"

// Whether the updated devices together are worse off than those that wait, though no single one may
// be to blame: a heap that leaks slowly, one more restart a day; pure.
//
// For each measure, the share of devices that are worse (and much worse) than their own days before
// is compared in the two groups by Fisher's exact test. With fewer than 10 devices that wait,
// less cancels what hits all (an hour that hit half of all updated counts for none, if there are
// ROLLOUT_HEALTH_FLEET_MIN): 10 % have to be much worse, and more than 5 % by the binomial.
// Devices that share a site share its power cuts: each group counts for less by the mean size of
// the clusters of those that are worse (Kish's design effect). Wrong in 0.2 % of good rollouts at
// most, over all measures and looks: each of the 14 tests has its part, and the look after k hours
// 1/(k(k+1)) of it. Floors: three such devices after that, and a difference of 2 % of much worse
// ones, 10 % of worse ones.

#define ROLLOUT_HEALTH_FLEET_MIN ((size_t)10) // devices that stand for all

// One of the groups. Borrowed.
struct rollout_health_arm {
    const struct rollout_health_traits *traits;
    size_t count;
};

// When the hours since begin for those that wait: where they begin for the middle one of the
// updated devices of which enough is known, so that both groups see the same weather and the same
// part of the day. starts_ms: when they begin for each of the updated, a whole hour; this sorts
// them. end_ms: of the hours that are over. INT64_MIN if nothing is known of any.
int64_t rollout_health_fleet_start(int64_t *starts_ms, size_t count, int64_t end_ms);

// hours: since the rollout began to update; to be asked once for each. TOO_EARLY while nothing is
// known of any.
void rollout_health_fleet_judge(const struct rollout_health_arm *updated,
    const struct rollout_health_arm *waiting, size_t hours, struct rollout_health_verdict *out);

#endif
