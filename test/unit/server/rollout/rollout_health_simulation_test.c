// Releases to simulated fleets, the quick form of `make simulate`: good ones are not blamed, bad
// ones are paused before the fleet has them. SIM_SEED is another seed than the printed one.
#include "test/sim/sim_rollout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static uint64_t seed = 20240229;

static size_t count_alarms(size_t devices, size_t releases)
{
    size_t alarms = 0;

    for (size_t i = 0; i < releases; i++) {
        struct sim_rollout rollout = {devices, SIM_NONE, seed * 1000003 + i, i % 2 == 1};
        struct sim_outcome outcome;

        sim_rollout_run(&rollout, &outcome);
        alarms += outcome.is_paused;
        if (outcome.is_paused)
            print_message("release %zu: %s\n", i, outcome.first);
    }
    print_message("fleet of %zu: %zu of %zu good releases paused\n", devices, alarms, releases);
    return alarms;
}

static void good_releases_go_on(void **state)
{
    (void)state;
    assert_in_range(count_alarms(5, 200), 0, 2);
    assert_in_range(count_alarms(50, 200), 0, 2);
    assert_in_range(count_alarms(5000, 1), 0, 0);
}

// Hours until it is paused at most, by how it fails. One that is awake for an hour in six shows
// little.
static const struct {
    size_t devices;
    enum sim_fault fault;
    size_t hours;
    bool is_placeless;
} rows[] = {
    {5, SIM_NEVER_RETURNS, 3, false},
    {5, SIM_CRASH_LOOP, 6, false},
    {5, SIM_HEAP_LEAK, 84, false},
    {5, SIM_WRONG_REPORT, 3, false},
    {5, SIM_FLAPPING, 72, false},
    {5, SIM_ASLEEP, 24, false},
    {50, SIM_NEVER_RETURNS, 3, false},
    {50, SIM_CRASH_LOOP, 6, false},
    {50, SIM_HEAP_LEAK, 84, false},
    {50, SIM_WRONG_REPORT, 3, false},
    {50, SIM_FLAPPING, 90, false},
    {50, SIM_ASLEEP, 48, false},
    {5000, SIM_NEVER_RETURNS, 3, false},
    {5000, SIM_CRASH_LOOP, 4, false},
    {5000, SIM_HEAP_LEAK, 24, false},
    {5000, SIM_WRONG_REPORT, 3, false},
    {5000, SIM_FLAPPING, 24, false},
    {5000, SIM_ASLEEP, 24, false},
    {5000, SIM_CRASH_LOOP, 4, true},
    {5000, SIM_HEAP_LEAK, 24, true},
    {5000, SIM_FLAPPING, 24, true},
};

static void bad_releases_are_paused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < (rows[i].devices > 100 ? 1u : 10u); k++) {
            struct sim_rollout rollout = {
                rows[i].devices, rows[i].fault, seed * 1000003 + k, rows[i].is_placeless};
            struct sim_outcome outcome;

            sim_rollout_run(&rollout, &outcome);
            print_message("fleet of %zu, %s: %zu hours, %zu had it, %zu harmed: %s\n",
                rows[i].devices, sim_fleet_fault_name(rows[i].fault), outcome.hours,
                outcome.updated, outcome.harmed, outcome.first);
            assert_true(outcome.is_paused);
            assert_in_range(outcome.hours, 1, rows[i].hours);
            if (rows[i].devices == 5000)
                assert_in_range(outcome.updated, 1, 500);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_releases_go_on),
        cmocka_unit_test(bad_releases_are_paused),
    };
    const char *other = getenv("SIM_SEED");

    if (other != NULL)
        seed = strtoull(other, NULL, 10);
    print_message("SIM_SEED=%" PRIu64 "\n", seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
