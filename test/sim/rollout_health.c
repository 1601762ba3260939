// Simulated releases: how often a good one is blamed, and how soon a bad one is found. Arguments:
// the devices of a fleet, how many good releases (every other one without known sites), how many
// bad ones of each kind, the seed. Fails if more than 1 % of the good ones are paused, or a bad one
// is not.
#include <stdio.h>
#include <stdlib.h>

#include "test/sim/sim_rollout.h"

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

static bool run_good(size_t devices, size_t releases, uint64_t seed)
{
    size_t alarms = 0;
    size_t blamed = 0;
    size_t with_blame = 0;

    for (size_t i = 0; i < releases; i++) {
        struct sim_rollout rollout = {devices, SIM_NONE, seed * 1000003 + i, i % 2 == 1};
        struct sim_outcome outcome;

        sim_rollout_run(&rollout, &outcome);
        alarms += outcome.is_paused;
        blamed += outcome.blamed;
        with_blame += outcome.blamed > 0;
        if (outcome.is_paused || outcome.blamed > 0)
            printf("  %s, %zu devices blamed: %s\n", outcome.is_paused ? "paused" : "went on",
                outcome.blamed, outcome.first);
    }
    printf("fleet of %zu: %zu false alarms in %zu good releases; in %zu of them %zu devices of %zu "
           "were blamed\n",
        devices, alarms, releases, with_blame, blamed, devices * releases);
    return alarms * 100 <= releases;
}

struct totals {
    size_t paused, by_fleet, hours, hours_max, updated, harmed, found, blamed;
};

static void add(struct totals *totals, const struct sim_outcome *outcome)
{
    totals->paused += outcome->is_paused;
    totals->by_fleet += outcome->by_fleet;
    totals->hours += outcome->hours;
    if (outcome->hours > totals->hours_max)
        totals->hours_max = outcome->hours;
    totals->updated += outcome->updated;
    totals->harmed += outcome->harmed;
    totals->found += outcome->found;
    totals->blamed += outcome->blamed;
}

static bool run_bad(size_t devices, size_t releases, enum sim_fault fault, uint64_t seed)
{
    struct totals totals = {0};
    double all = (double)devices * (double)releases;

    for (size_t i = 0; i < releases; i++) {
        struct sim_rollout rollout = {devices, fault, seed * 1000003 + i, false};
        struct sim_outcome outcome;

        sim_rollout_run(&rollout, &outcome);
        add(&totals, &outcome);
    }
    printf(
        "fleet of %zu, %s: %zu of %zu paused (%zu by all together) after %.1f hours, at most %zu; "
        "%.1f %% of the fleet had it, %.2f %% were harmed\n",
        devices, sim_fleet_fault_name(fault), totals.paused, releases, totals.by_fleet,
        (double)totals.hours / (double)releases, totals.hours_max,
        100 * (double)totals.updated / all, 100 * (double)totals.harmed / all);
    return totals.paused == releases;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: rollout_health DEVICES GOOD BAD SEED\n");
        return 2;
    }

    size_t devices = (size_t)number(argv[1]);
    size_t bad = (size_t)number(argv[3]);
    uint64_t seed = number(argv[4]);
    bool is_good = run_good(devices, (size_t)number(argv[2]), seed);

    for (int fault = SIM_NONE + 1; bad > 0 && fault < SIM_FAULTS; fault++)
        is_good = run_bad(devices, bad, (enum sim_fault)fault, seed) && is_good;
    printf("seed %llu\n", (unsigned long long)seed);
    return is_good ? 0 : 1;
}
