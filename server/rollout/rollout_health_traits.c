// In what a device differs from its own days before.
#include "server/rollout/rollout_health_traits.h"

#include <math.h>
#include <string.h>

#include "server/rollout/rollout_health_trend.h"

#define HEARD_MIN 24 // hours before
#define HOURS_MIN ((size_t)ROLLOUT_HEALTH_TRAITS_HOURS_MIN)
#define CHANCE 0.01
#define GOES_ON_HOURS 5 // with incidents, that are no episode of a place,
#define GOES_ON_PART 2  // if they are half of its hours
#define SPREADS 4
#define SETTLING_BYTES 256 // that a new image may still take then

struct pair {
    const struct rollout_health_summary *before, *now;
    const struct rollout_health_series *since;
    const struct rollout_health_side *side;
};

// Whether it is, and much.
struct grade {
    bool worse, much_worse;
};

static struct grade grade_count(const struct pair *pair, size_t kind)
{
    static const uint32_t bursts[ROLLOUT_HEALTH_COUNTED] = {3, 12, UINT32_MAX};
    const struct rollout_statistic_share *now = &pair->now->blocks[kind];
    const struct rollout_statistic_share *before = &pair->before->blocks[kind];
    double rate_now = now->of > 0 ? (double)now->hit / (double)now->of : 0;
    double rate_before = before->of > 0 ? (double)before->hit / (double)before->of : 0;
    uint64_t burst = pair->now->burst[kind];

    return (struct grade){
        .worse = now->hit > 0 && rate_now > 1.5 * rate_before,
        .much_worse = (now->hit > 1 && rollout_statistic_more(now, before) <= CHANCE) ||
                      (burst >= bursts[kind] && burst > 2 * (uint64_t)pair->before->burst[kind]),
    };
}

// A new image may well need more: only what goes on falling counts.
static struct grade grade_heap(const struct pair *pair)
{
    const struct rollout_health_gauge *before = &pair->before->heap;
    struct rollout_health_trend trend;
    struct grade grade = {false, false};

    rollout_health_trend_read(pair->since, &trend);

    double fall = trend.first - trend.last - (pair->side->is_updated ? SETTLING_BYTES : 0);

    if (trend.is_known && trend.goes_on) {
        grade.worse = fall > fmax(128, before->spread / 2);
        grade.much_worse =
            fall > fmax(512, 3 * before->spread) && rollout_health_trend_chance(&trend) <= CHANCE;
    }
    return grade;
}

// It follows the day, of which the two groups may see other parts.
static struct grade grade_rssi(const struct pair *pair)
{
    const struct rollout_health_gauge *before = &pair->before->rssi;
    double fall = pair->now->rssi.count < HOURS_MIN ? 0 : before->median - pair->now->rssi.median;

    return (struct grade){
        fall > fmax(5, 2 * before->spread), fall > fmax(8, SPREADS * before->spread)};
}

// It is the longest since the device started, and the update started it: only what is beyond its
// highest ever can be compared with one that runs on.
static struct grade grade_loop(const struct pair *pair)
{
    const struct rollout_health_gauge *before = &pair->before->loop;
    double now = pair->now->loop.count < HOURS_MIN ? 0 : pair->now->loop.median;

    return (struct grade){
        now >= 500 && now > 1.2 * before->high, now >= 1000 && now > 2 * before->high};
}

static struct grade grade_silence(const struct pair *pair)
{
    const struct rollout_health_summary *before = pair->before;
    const struct rollout_health_summary *now = pair->now;
    double hours = (double)(now->hours - now->silent_with_all);

    return (struct grade){
        .worse = (double)now->heard + 0.1 * hours <
                 hours * (double)before->heard / (double)before->hours,
        .much_worse = now->longest_silence_hours >= 4 &&
                      now->longest_silence_hours > 2 * before->longest_silence_hours,
    };
}

static bool is_incident(const struct rollout_health_hour *hour, size_t measure)
{
    return measure < ROLLOUT_HEALTH_COUNTED
               ? hour->counts[measure] > 0
               : measure == ROLLOUT_HEALTH_SILENCE && hour->statuses == 0;
}

// The hour of the first, 1 and more; 0: it had none, or they go on, hour by hour.
static uint32_t episode(const struct rollout_health_series *since, size_t measure)
{
    size_t first = since->count;
    size_t hours = 0;

    for (size_t i = since->count; i-- > 0;) {
        if (!is_incident(&since->hours[i], measure))
            continue;
        first = i;
        hours++;
    }
    if (hours == 0 || (measure < ROLLOUT_HEALTH_COUNTED && hours >= GOES_ON_HOURS &&
                          hours * GOES_ON_PART >= since->count))
        return 0;
    return (uint32_t)(since->first_ms / ROLLOUT_HEALTH_HOUR_MS + (int64_t)first);
}

void rollout_health_traits_read(const struct rollout_health_summary *before,
    const struct rollout_health_series *since, const struct rollout_health_side *side,
    struct rollout_health_traits *out)
{
    struct rollout_health_summary now;
    struct pair pair = {before, &now, since, side};

    memset(out, 0, sizeof *out);
    rollout_health_summary_read(since, side->control, &now);
    out->is_known = before->heard >= HEARD_MIN && now.hours >= HOURS_MIN;
    if (!out->is_known)
        return;

    struct grade grades[ROLLOUT_HEALTH_MEASURES] = {
        [ROLLOUT_HEALTH_RESTARTS] = grade_count(&pair, ROLLOUT_HEALTH_RESTARTS),
        [ROLLOUT_HEALTH_WILLS] = grade_count(&pair, ROLLOUT_HEALTH_WILLS),
        [ROLLOUT_HEALTH_ERRORS] = grade_count(&pair, ROLLOUT_HEALTH_ERRORS),
        [ROLLOUT_HEALTH_HEAP] = grade_heap(&pair),
        [ROLLOUT_HEALTH_RSSI] = grade_rssi(&pair),
        [ROLLOUT_HEALTH_LOOP] = grade_loop(&pair),
        [ROLLOUT_HEALTH_SILENCE] = grade_silence(&pair),
    };

    for (size_t m = 0; m < ROLLOUT_HEALTH_MEASURES; m++) {
        out->worse |= grades[m].worse ? 1u << m : 0;
        out->much_worse |= grades[m].much_worse ? 1u << m : 0;
        out->clusters[m] = side->site != 0 ? side->site : episode(since, m);
    }
}
