#ifndef ROLLOUT_HEALTH_TRAITS_H
#define ROLLOUT_HEALTH_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/rollout/rollout_health_hour.h"
#include "server/rollout/rollout_health_summary.h"

// In what a device differs from its own days before, too little to be blamed alone. The same of
// those that are updated and those that are not is what their comparison is made of.
struct rollout_health_traits {
    bool is_known;       // else it has been heard too little, and counts for nothing
    unsigned worse;      // 1 << enum rollout_health_measure: worse than before, as of many each day
    unsigned much_worse; // as of one in a hundred
    uint32_t
        clusters[ROLLOUT_HEALTH_MEASURES]; // those that share one share what befell them; 0: none
};

// site_control: the devices of the same site that wait, if there are three or more, else NULL; for
// either group. site: any number that those of one place share, not 0; 0 if none is known: then the
// hour of the first incident stands for it. The hours since of those that wait begin where the
// rollout does.
void rollout_health_traits_read(const struct rollout_health_summary *before,
    const struct rollout_health_series *since, const struct rollout_health_control *site_control,
    uint32_t site, struct rollout_health_traits *out);

#endif
