// A release to a simulated fleet.
#include "test/sim/sim_rollout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/rollout/rollout_health.h"
#include "server/rollout/rollout_health_fleet.h"

#define PHASES 3
#define SOAK_HOURS 12
#define FAILURES 0.02
#define FAULTY 0.05
#define NEIGHBOURS_MIN 3
#define GOOD_HOURS 60  // for which a good one is watched
#define RETURN_HOURS 1 // in which who does not report the image has failed

struct run {
    const struct sim_rollout *rollout;
    struct sim_outcome *out;
    struct sim_fleet fleet;
    size_t at, failed, began_to_fail;
    size_t faulty; // of all, in the order of their updates: every 1 / FAULTY-th, from there on
    struct rollout_health_summary *before;
    struct rollout_health_traits *traits[2]; // of who waits, of who is updated
    bool *is_failed;
    int64_t *starts_ms;
    struct rollout_health_control all, crowd;
    struct rollout_health_control *sites; // from 1 on
};

static void *make(size_t count, size_t size)
{
    void *made = calloc(count, size);

    if (made == NULL) {
        perror("sim_rollout");
        exit(1);
    }
    return made;
}

static struct rollout_health_series series_of(
    const struct run *run, size_t i, size_t from, size_t to)
{
    return (struct rollout_health_series){.first_ms = (int64_t)from * ROLLOUT_HEALTH_HOUR_MS,
        .count = to - from,
        .hours = run->fleet.devices[i].hours + from};
}

static void open_run(struct run *run)
{
    size_t n = run->rollout->devices;
    size_t each = (size_t)(1 / FAULTY);

    sim_fleet_init(&run->fleet, n, run->rollout->seed);
    run->before = make(n, sizeof *run->before);
    run->traits[0] = make(n, sizeof *run->traits[0]);
    run->traits[1] = make(n, sizeof *run->traits[1]);
    run->is_failed = make(n, sizeof *run->is_failed);
    run->starts_ms = make(n, sizeof *run->starts_ms);
    run->sites = make(run->fleet.sites + 1, sizeof *run->sites);
    run->faulty =
        (size_t)sim_random_between(&run->fleet.random, 0, n < each ? (double)n : (double)each);
    for (run->at = 0; run->at < SIM_BEFORE_HOURS; run->at++)
        sim_fleet_pass(&run->fleet, run->at);
    for (size_t i = 0; i < n; i++) {
        struct rollout_health_series days = series_of(run, i, 0, SIM_BEFORE_HOURS);

        rollout_health_summary_read(&days, NULL, &run->before[i]);
    }
}

static void close_run(struct run *run)
{
    sim_fleet_clear(&run->fleet);
    free(run->before);
    free(run->traits[0]);
    free(run->traits[1]);
    free(run->is_failed);
    free(run->starts_ms);
    free(run->sites);
}

// The order of updates mixes sites.
static size_t number_of(const struct run *run, size_t place)
{
    size_t n = run->rollout->devices;

    return n < 8 ? place : place * 2654435761u % n;
}

static void update(struct run *run, size_t until)
{
    for (size_t i = run->out->updated; i < until; i++) {
        struct sim_device *device = &run->fleet.devices[number_of(run, i)];

        device->is_updated = true;
        device->updated_at = run->at;
        if (run->rollout->fault == SIM_NONE || i % (size_t)(1 / FAULTY) != run->faulty)
            continue;
        device->fault = run->rollout->fault;
        if (run->out->harmed++ == 0)
            run->began_to_fail = run->at;
    }
    run->out->updated = until;
}

static void begin_phase(struct run *run, size_t phase)
{
    size_t n = run->rollout->devices;
    const size_t small[PHASES] = {1, (n + 2) / 3, n};
    const size_t large[PHASES] = {n / 100, n / 10, n};

    if (phase < PHASES)
        update(run, n < 200 ? small[phase] : large[phase]);
}

static void forget_gauges(struct run *run)
{
    for (size_t i = 0; i < run->rollout->devices; i++) {
        struct sim_device *device = &run->fleet.devices[i];

        if (device->is_updated && device->updated_at == run->at)
            device->hours[run->at].has = 0;
    }
}

// Devices that wait, in all and by sites.
static size_t read_waiting(struct run *run)
{
    size_t n = 0;

    memset(&run->all, 0, sizeof run->all);
    memset(run->sites, 0, (run->fleet.sites + 1) * sizeof *run->sites);
    run->all.first_ms = (int64_t)SIM_BEFORE_HOURS * ROLLOUT_HEALTH_HOUR_MS;
    for (size_t i = 0; i < run->rollout->devices; i++) {
        const struct sim_device *device = &run->fleet.devices[i];
        struct rollout_health_series since = series_of(run, i, SIM_BEFORE_HOURS, run->at + 1);

        if (device->is_updated)
            continue;
        run->sites[device->site].first_ms = run->all.first_ms;
        rollout_health_control_add(&run->all, &run->before[i], &since);
        rollout_health_control_add(&run->sites[device->site], &run->before[i], &since);
        n++;
    }
    return n;
}

static uint32_t site_of(const struct run *run, const struct sim_device *device)
{
    return run->rollout->is_placeless ? 0 : device->site;
}

static const struct rollout_health_control *near(const struct run *run, uint32_t site)
{
    const struct rollout_health_control *control = &run->sites[site];

    return control->devices >= NEIGHBOURS_MIN ? control : &run->all;
}

// Those that are updated, as hardly any waits.
static void read_crowd(struct run *run)
{
    memset(&run->crowd, 0, sizeof run->crowd);
    run->crowd.first_ms = run->all.first_ms;
    run->crowd.is_crowd = true;
    for (size_t i = 0; i < run->rollout->devices; i++) {
        const struct sim_device *device = &run->fleet.devices[i];
        struct rollout_health_series since = series_of(run, i, device->updated_at, run->at + 1);

        if (device->is_updated)
            rollout_health_control_add(&run->crowd, &run->before[i], &since);
    }
}

static const struct rollout_health_control *common(const struct run *run, uint32_t site)
{
    return run->all.devices < ROLLOUT_HEALTH_FLEET_MIN &&
                   run->crowd.devices >= ROLLOUT_HEALTH_FLEET_MIN
               ? &run->crowd
               : near(run, site);
}

static void read_traits(const struct run *run, const struct rollout_health_series *since, size_t i,
    struct rollout_health_traits *out)
{
    const struct sim_device *device = &run->fleet.devices[i];
    struct rollout_health_side side = {
        device->is_updated, common(run, site_of(run, device)), site_of(run, device)};

    rollout_health_traits_read(&run->before[i], since, &side, out);
}

// Where the hours of those that wait begin, to be compared.
static size_t find_start(struct run *run)
{
    size_t n = 0;

    for (size_t i = 0; i < run->rollout->devices; i++) {
        if (run->fleet.devices[i].is_updated)
            run->starts_ms[n++] =
                (int64_t)run->fleet.devices[i].updated_at * ROLLOUT_HEALTH_HOUR_MS;
    }

    int64_t start_ms = rollout_health_fleet_start(
        run->starts_ms, n, (int64_t)(run->at + 1) * ROLLOUT_HEALTH_HOUR_MS);

    return start_ms == INT64_MIN ? SIM_BEFORE_HOURS : (size_t)(start_ms / ROLLOUT_HEALTH_HOUR_MS);
}

static void compare_waiting(struct run *run)
{
    size_t start = find_start(run);
    size_t n = 0;

    for (size_t i = 0; i < run->rollout->devices; i++) {
        const struct sim_device *device = &run->fleet.devices[i];
        struct rollout_health_series since = series_of(run, i, start, run->at + 1);

        if (!device->is_updated)
            read_traits(run, &since, i, &run->traits[0][n++]);
    }
}

static void note(struct run *run, size_t i, const char *reason)
{
    const struct sim_device *device = &run->fleet.devices[i];

    run->is_failed[i] = true;
    run->failed++;
    run->out->found += device->fault != SIM_NONE;
    run->out->blamed += device->fault == SIM_NONE;
    if (run->out->first[0] == '\0')
        snprintf(run->out->first, sizeof run->out->first, "%s", reason);
}

static bool is_missing(const struct run *run, const struct sim_device *device)
{
    return (device->fault == SIM_NEVER_RETURNS || device->fault == SIM_WRONG_REPORT) &&
           run->at >= device->updated_at + RETURN_HOURS;
}

static void judge_device(struct run *run, size_t i)
{
    const struct sim_device *device = &run->fleet.devices[i];
    struct rollout_health_series since = series_of(run, i, device->updated_at, run->at + 1);
    struct rollout_health_verdict verdict;

    rollout_health_judge(
        &run->before[i], &since, near(run, site_of(run, device)), run->rollout->devices, &verdict);
    if (is_missing(run, device))
        note(run, i, "it did not report the image in time");
    else if (verdict.state == ROLLOUT_HEALTH_UNHEALTHY)
        note(run, i, verdict.reason);
}

static size_t judge_updated(struct run *run)
{
    size_t n = 0;

    for (size_t i = 0; i < run->rollout->devices; i++) {
        const struct sim_device *device = &run->fleet.devices[i];
        struct rollout_health_series since = series_of(run, i, device->updated_at, run->at + 1);

        if (!device->is_updated)
            continue;
        if (!run->is_failed[i])
            judge_device(run, i);
        read_traits(run, &since, i, &run->traits[1][n++]);
    }
    return n;
}

static void judge(struct run *run)
{
    size_t waiting = read_waiting(run);

    if (waiting < ROLLOUT_HEALTH_FLEET_MIN)
        read_crowd(run);
    compare_waiting(run);

    size_t updated = judge_updated(run);
    struct rollout_health_arm arms[2] = {{run->traits[0], waiting}, {run->traits[1], updated}};
    struct rollout_health_verdict fleet;

    rollout_health_fleet_judge(&arms[1], &arms[0], run->at + 1 - SIM_BEFORE_HOURS, &fleet);
    run->out->by_fleet = fleet.state == ROLLOUT_HEALTH_UNHEALTHY;
    run->out->is_paused =
        run->out->by_fleet || (double)run->failed > FAILURES * (double)run->out->updated;
    if (run->out->by_fleet)
        snprintf(run->out->first, sizeof run->out->first, "%s", fleet.reason);
}

void sim_rollout_run(const struct sim_rollout *rollout, struct sim_outcome *out)
{
    struct run run = {.rollout = rollout, .out = out};

    size_t end = rollout->fault == SIM_NONE ? SIM_BEFORE_HOURS + GOOD_HOURS : SIM_HOURS;

    memset(out, 0, sizeof *out);
    open_run(&run);
    for (; run.at < end && !out->is_paused; run.at++) {
        size_t hour = run.at - SIM_BEFORE_HOURS;

        if (hour % SOAK_HOURS == 0)
            begin_phase(&run, hour / SOAK_HOURS);
        sim_fleet_pass(&run.fleet, run.at);
        forget_gauges(&run);
        judge(&run);
    }
    out->hours = out->harmed > 0 ? run.at - run.began_to_fail : 0;
    close_run(&run);
}
