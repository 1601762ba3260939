// A fleet's hours as they are in the field.
#include "test/sim/sim_fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 24.0
#define STATUSES 60 // an hour

const char *sim_fleet_fault_name(enum sim_fault fault)
{
    static const char *const names[SIM_FAULTS] = {"none", "never returns", "crash loop",
        "heap leak", "wrong report", "flapping Wi-Fi", "asleep for a day"};

    return names[fault];
}

static void init_device(struct sim_fleet *fleet, struct sim_device *device, uint32_t site)
{
    struct sim_random *random = &fleet->random;

    device->site = site;
    device->is_sleeper = sim_random_is(random, 0.05);
    device->flaps_often = sim_random_is(random, 0.05);
    device->rssi = sim_random_between(random, -85, -50);
    device->rssi_day = sim_random_between(random, 0, 6);
    device->heap = sim_random_between(random, 15000, 26000);
    device->heap_jitter = sim_random_between(random, 50, 500);
    device->restarts = exp(sim_random_normal(random)) / (10 * DAY);
    if (sim_random_is(random, 0.02))
        device->restarts = 1 / DAY;
    device->errors = exp(sim_random_normal(random)) / (15 * DAY);
    device->loop = sim_random_between(random, 20, 300);
}

void sim_fleet_init(struct sim_fleet *fleet, size_t count, uint64_t seed)
{
    memset(fleet, 0, sizeof *fleet);
    fleet->random.state = seed;
    fleet->count = count;
    fleet->devices = calloc(count, sizeof *fleet->devices);
    if (fleet->devices == NULL) {
        perror("sim_fleet");
        exit(1);
    }
    fleet->heap_shift = sim_random_between(&fleet->random, -2000, 500);
    fleet->loop_factor = sim_random_between(&fleet->random, 0.7, 1.5);
    fleet->clock = sim_random_between(&fleet->random, 0, DAY);
    for (size_t i = 0; i < count;) {
        size_t size = (size_t)(1 + sim_random_exponential(&fleet->random, 8));

        fleet->sites++;
        for (size_t k = 0; k < size && k < 40 && i < count; k++)
            init_device(fleet, &fleet->devices[i++], (uint32_t)fleet->sites);
    }
}

void sim_fleet_clear(struct sim_fleet *fleet)
{
    free(fleet->devices);
    memset(fleet, 0, sizeof *fleet);
}

// What befalls a place, or all.
struct weather {
    bool cut;    // of power
    bool lost;   // the connection
    double dark; // hours for which it lasts
};

static struct weather of_site(struct sim_random *random)
{
    struct weather weather = {0};

    if (sim_random_is(random, 1 / (14 * DAY))) {
        weather.cut = weather.lost = true;
        weather.dark = sim_random_is(random, 0.15) ? sim_random_exponential(random, 2.9) : 0;
    } else if (sim_random_is(random, 1 / (30 * DAY))) {
        weather.lost = true;
        weather.dark = sim_random_exponential(random, 1);
    }
    return weather;
}

static struct weather of_all(struct sim_random *random)
{
    struct weather weather = {0};

    weather.lost = sim_random_is(random, 1 / (7 * DAY)); // the broker restarts
    if (sim_random_is(random, 1 / (30 * DAY))) {         // the line is down
        weather.lost = true;
        weather.dark = sim_random_between(random, 0, 3);
    }
    return weather;
}

static void befall(struct sim_random *random, struct sim_device *device,
    const struct weather *weather, struct rollout_health_hour *hour)
{
    if (weather->lost && device->dark_hours == 0)
        hour->counts[ROLLOUT_HEALTH_WILLS] += sim_random_is(random, 0.8);
    if (weather->dark >= 1 && (size_t)weather->dark > device->dark_hours)
        device->dark_hours = (size_t)weather->dark;
    if (weather->cut && weather->dark < 1)
        hour->counts[ROLLOUT_HEALTH_RESTARTS]++;
    device->is_cut = device->is_cut || (weather->cut && weather->dark >= 1);
}

static void misbehave(
    struct sim_random *random, struct sim_device *device, struct rollout_health_hour *hour)
{
    double share = device->flaps_often ? 1 / 40.0 : 1 / (60 * DAY);

    device->is_flapping = sim_random_is(random, device->is_flapping ? 0.8 : share);
    if (device->is_flapping) {
        hour->counts[ROLLOUT_HEALTH_WILLS] += sim_random_poisson(random, 2);
        hour->counts[ROLLOUT_HEALTH_ERRORS] += sim_random_poisson(random, 0.3);
        hour->statuses /= 2;
    }
    hour->counts[ROLLOUT_HEALTH_RESTARTS] += sim_random_poisson(random, device->restarts);
    hour->counts[ROLLOUT_HEALTH_ERRORS] += sim_random_poisson(random, device->errors);
}

static double settling(const struct sim_device *device, size_t at)
{
    double age = (double)(at - device->updated_at);

    return device->is_updated ? -800 * (1 - exp(-age / 3)) : 0;
}

static void measure(struct sim_fleet *fleet, struct sim_device *device, size_t at)
{
    struct sim_random *random = &fleet->random;
    struct rollout_health_hour *hour = &device->hours[at];
    double day = sin(6.2832 * ((double)at + fleet->clock) / DAY);
    double heap = device->heap + 200 * day + device->heap_drift - device->leaked;
    double loop = device->loop * exp(0.5 * sim_random_normal(random)) *
                  (device->is_updated ? fleet->loop_factor : 1);

    device->heap_drift = 0.9 * device->heap_drift + 60 * sim_random_normal(random);
    heap -= fabs(sim_random_normal(random)) * device->heap_jitter;
    if (sim_random_is(random, 0.02))
        heap -= sim_random_between(random, 1000, 4000); // a download, a web page
    if (device->is_updated)
        heap += fleet->heap_shift + settling(device, at);
    if (hour->counts[ROLLOUT_HEALTH_RESTARTS] > 0)
        device->longest_loop = 0;
    if (sim_random_is(random, 0.02))
        loop += sim_random_between(random, 500, 6000); // a handshake
    device->longest_loop = fmax(device->longest_loop, loop);
    hour->has = ROLLOUT_HEALTH_HAS_HEAP | ROLLOUT_HEALTH_HAS_RSSI | ROLLOUT_HEALTH_HAS_LOOP;
    hour->free_heap_min_bytes = heap < 500 ? 500 : (uint32_t)heap;
    hour->rssi_dbm =
        (float)(device->rssi + device->rssi_day * day + 1.5 * sim_random_normal(random));
    hour->max_loop_ms = (uint32_t)device->longest_loop;
}

// What a bad release does in the hours after its first.
static void fail(struct sim_random *random, struct sim_device *device,
    struct rollout_health_hour *hour, size_t age)
{
    switch (device->fault) {
    case SIM_CRASH_LOOP:
        hour->counts[ROLLOUT_HEALTH_RESTARTS] += sim_random_poisson(random, 8);
        hour->counts[ROLLOUT_HEALTH_WILLS] += sim_random_poisson(random, 4);
        hour->statuses /= 2;
        break;
    case SIM_HEAP_LEAK:
        device->leaked = hour->counts[ROLLOUT_HEALTH_RESTARTS] > 0 ? 0 : device->leaked + 600;
        if (device->leaked > device->heap - 2000) { // none is left
            hour->counts[ROLLOUT_HEALTH_RESTARTS]++;
            device->leaked = 0;
        }
        break;
    case SIM_FLAPPING:
        hour->counts[ROLLOUT_HEALTH_WILLS] += sim_random_poisson(random, 6);
        hour->statuses /= 3;
        break;
    case SIM_NEVER_RETURNS: hour->statuses = 0; break;
    case SIM_ASLEEP: hour->statuses = age >= 2 && age < 26 ? 0 : hour->statuses; break;
    default: break;
    }
}

static void pass_device(
    struct sim_fleet *fleet, struct sim_device *device, size_t at, const struct weather weathers[2])
{
    struct rollout_health_hour *hour = &device->hours[at];
    bool was_dark = device->dark_hours > 0;

    hour->statuses = device->is_sleeper && (at + device->site) % 6 != 0 ? 0 : STATUSES;
    befall(&fleet->random, device, &weathers[0], hour);
    befall(&fleet->random, device, &weathers[1], hour);
    if (device->dark_hours > 0) {
        device->dark_hours--;
        hour->statuses = 0;
        return;
    }
    if (was_dark && device->is_cut)
        hour->counts[ROLLOUT_HEALTH_RESTARTS]++;
    device->is_cut = false;
    if (hour->statuses > 0)
        misbehave(&fleet->random, device, hour);
    if (device->is_updated)
        fail(&fleet->random, device, hour, at - device->updated_at);
    if (hour->statuses > 0)
        measure(fleet, device, at);
}

void sim_fleet_pass(struct sim_fleet *fleet, size_t at)
{
    struct weather weathers[2] = {of_all(&fleet->random)};
    uint32_t site = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        struct sim_device *device = &fleet->devices[i];

        if (device->site != site)
            weathers[1] = of_site(&fleet->random);
        site = device->site;
        pass_device(fleet, device, at, weathers);
    }
}
