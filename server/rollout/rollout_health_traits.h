#ifndef ROLLOUT_HEALTH_TRAITS_H
#define ROLLOUT_HEALTH_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/rollout/rollout_health_hour.h"
#include "server/rollout/rollout_health_summary.h"

#define ROLLOUT_HEALTH_TRAITS_HOURS_MIN ((int64_t)4) // since, of which something is known

// In what a device differs from its own days before, too little to be blamed alone. The same of
// those that are updated and those that are not is what their comparison is made of.
struct rollout_health_traits {
    bool is_known;       // else it has been heard too little, and counts for nothing
    unsigned worse;      // 1 << enum rollout_health_measure: worse than before, as of many each day
    unsigned much_worse; // as of one in a hundred
    uint32_t
        clusters[ROLLOUT_HEALTH_MEASURES]; // those that share one share what befell them; 0: none
};

// On which side of the comparison it is, and what it shares there.
struct rollout_health_side {
    bool is_updated; // a new image may take some hours until its heap has settled
    // The devices that wait: of the same site if there are three or more, else all, or NULL.
    const struct rollout_health_control *control;
    // Any number that those of one place share. 0: none is known; then the hour of its first
    // incident stands for it, but not if it goes on: all that are updated at once begin to fail at
    // once.
    uint32_t site;
};

// rollout_health_fleet_start() says when the hours since begin for those that wait.
void rollout_health_traits_read(const struct rollout_health_summary *before,
    const struct rollout_health_series *since, const struct rollout_health_side *side,
    struct rollout_health_traits *out);

#endif
