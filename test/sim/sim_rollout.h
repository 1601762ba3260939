#ifndef SIM_ROLLOUT_H
#define SIM_ROLLOUT_H

#include "test/sim/sim_fleet.h"

// A release to a simulated fleet in three phases of 12 hours (1 %, 10 %, all; of small fleets one
// device, a third, all), judged each hour, until it is paused or for so long that all would be
// found.
struct sim_rollout {
    size_t devices;
    enum sim_fault fault; // of 5 % of the devices; SIM_NONE: a good release
    uint64_t seed;
    bool is_placeless; // nobody told which devices share a site
};

struct sim_outcome {
    bool is_paused;  // more than 2 % of the updated had failed, or the fleet's verdict says so
    bool by_fleet;   // the latter
    size_t hours;    // from the first device that fails to the pause
    size_t updated;  // devices that had the release then
    size_t harmed;   // that it made fail
    size_t blamed;   // devices found unhealthy that were not harmed
    size_t found;    // harmed devices that were found, each on its own
    char first[192]; // the first reason
};

void sim_rollout_run(const struct sim_rollout *rollout, struct sim_outcome *out);

#endif
