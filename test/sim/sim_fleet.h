#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/rollout/rollout_health_hour.h"
#include "test/sim/sim_random.h"

// A fleet's hours as they are in the field: sites of one device to forty; power cuts and access
// points that fail hit a site together, the broker's restarts all; signal and heap follow the day;
// some Wi-Fi flaps for hours, some devices crash daily, some sleep most of the time.

#define SIM_BEFORE_HOURS ((size_t)168)
#define SIM_SINCE_HOURS ((size_t)96)
#define SIM_HOURS (SIM_BEFORE_HOURS + SIM_SINCE_HOURS)

// The ways in which devices fail with a bad release.
enum sim_fault {
    SIM_NONE,
    SIM_NEVER_RETURNS,
    SIM_CRASH_LOOP,
    SIM_HEAP_LEAK,
    SIM_WRONG_REPORT, // it says that it runs another image
    SIM_FLAPPING,
    SIM_ASLEEP, // for a day
    SIM_FAULTS
};

struct sim_device {
    uint32_t site; // from 1 on
    bool is_sleeper, flaps_often;
    double rssi, rssi_day, heap, heap_jitter, heap_drift, restarts, errors;
    double loop; // of a usual hour
    double longest_loop;
    bool is_flapping;
    size_t dark_hours; // without power or network
    bool is_cut;       // it starts anew then
    // since the update
    bool is_updated;
    size_t updated_at; // hour
    enum sim_fault fault;
    double leaked;
    struct rollout_health_hour hours[SIM_HOURS];
};

struct sim_fleet {
    struct sim_random random;
    size_t count, sites;
    struct sim_device *devices;
    double clock;                   // of the day, at hour 0
    double heap_shift, loop_factor; // what the release needs more, without harm
};

// count devices; the same for the same seed. Ends the program without memory.
void sim_fleet_init(struct sim_fleet *fleet, size_t count, uint64_t seed);
void sim_fleet_clear(struct sim_fleet *fleet);

// Fills hour `at` of all devices. To be called for each, in order.
void sim_fleet_pass(struct sim_fleet *fleet, size_t at);

const char *sim_fleet_fault_name(enum sim_fault fault);

#endif
