// Whether the updated devices together are worse off.
#include "server/rollout/rollout_health_fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALPHA 0.002
#define TESTS ((size_t)2 * ROLLOUT_HEALTH_MEASURES)
#define WAITING_MIN ((int64_t)ROLLOUT_HEALTH_FLEET_MIN)
#define USUAL 0.05 // of devices are much worse at any time, if none are there to compare with
#define ALONE_FLOOR 0.05
#define DEVICES_MIN 3
#define BUCKETS 4096

struct test {
    enum rollout_health_measure measure;
    bool is_much;
    double floor; // of the difference
};

struct group {
    int64_t known, worse;
    double clusters; // the mean size that a device that is worse finds itself in
};

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int64_t rollout_health_fleet_start(int64_t *starts_ms, size_t count, int64_t end_ms)
{
    size_t known = 0;

    qsort(starts_ms, count, sizeof *starts_ms, compare);
    while (known < count &&
           end_ms - starts_ms[known] >= ROLLOUT_HEALTH_TRAITS_HOURS_MIN * ROLLOUT_HEALTH_HOUR_MS)
        known++;
    return known > 0 ? starts_ms[known / 2] : INT64_MIN;
}

static bool is_worse(const struct rollout_health_traits *traits, const struct test *test)
{
    unsigned set = test->is_much ? traits->much_worse : traits->worse;

    return traits->is_known && (set & 1u << test->measure) != 0;
}

// Two clusters in one bucket count as one, which is on the safe side.
static struct group count(
    const struct rollout_health_arm *arm, const struct test *test, uint32_t buckets[BUCKETS])
{
    struct group group = {0, 0, 1};
    double squares = 0;

    memset(buckets, 0, BUCKETS * sizeof *buckets);
    for (size_t i = 0; i < arm->count; i++) {
        uint32_t cluster = arm->traits[i].clusters[test->measure];

        group.known += arm->traits[i].is_known;
        if (!is_worse(&arm->traits[i], test))
            continue;
        group.worse++;
        if (cluster == 0)
            squares += 1;
        else
            squares += 2.0 * buckets[(cluster * 2654435761u) >> 20]++ + 1;
    }
    if (group.worse > 0)
        group.clusters = squares / (double)group.worse;
    return group;
}

static struct rollout_statistic_share shrink(const struct group *group, bool up)
{
    double hit = (double)group->worse / group->clusters;
    int64_t whole = (int64_t)hit;
    int64_t of = (int64_t)((double)group->known / group->clusters);

    if (up && (double)whole < hit)
        whole++;
    if (of < whole)
        of = whole;
    return (struct rollout_statistic_share){whole, of};
}

static double share_of(const struct group *group)
{
    return group->known > 0 ? (double)group->worse / (double)group->known : 0;
}

static bool differs(const struct group *updated, const struct group *waiting,
    const struct test *test, double chance)
{
    bool has_control = waiting->known >= WAITING_MIN;
    struct rollout_statistic_share now = shrink(updated, false);
    struct rollout_statistic_share usual = shrink(waiting, true);
    double difference = share_of(updated) - (has_control ? share_of(waiting) : USUAL);

    if (now.hit < DEVICES_MIN || difference < (has_control ? test->floor : ALONE_FLOOR) ||
        (!has_control && (!test->is_much || test->measure == ROLLOUT_HEALTH_LOOP)))
        return false;
    return (has_control ? rollout_statistic_more(&now, &usual)
                        : rollout_statistic_above(&now, USUAL)) <= chance;
}

static void blame(const struct group *updated, const struct group *waiting, const struct test *test,
    struct rollout_health_verdict *out)
{
    const char *much = test->is_much ? "much " : "";
    const char *name = rollout_health_measure_name(test->measure);
    int n;

    out->state = ROLLOUT_HEALTH_UNHEALTHY;
    out->measure = test->measure;
    n = snprintf(out->reason, sizeof out->reason,
        "%s: %lld of %lld updated devices are %sworse than before", name, (long long)updated->worse,
        (long long)updated->known, much);
    if (waiting->known > 0 && n > 0 && (size_t)n < sizeof out->reason)
        snprintf(out->reason + n, sizeof out->reason - (size_t)n,
            ", of those that wait %lld of %lld", (long long)waiting->worse,
            (long long)waiting->known);
}

void rollout_health_fleet_judge(const struct rollout_health_arm *updated,
    const struct rollout_health_arm *waiting, size_t hours, struct rollout_health_verdict *out)
{
    double chance = ALPHA / (double)TESTS / ((double)hours * (double)(hours + 1));
    uint32_t buckets[BUCKETS];

    memset(out, 0, sizeof *out);
    out->state = ROLLOUT_HEALTH_TOO_EARLY;
    for (size_t i = 0; hours > 0 && i < TESTS; i++) {
        bool is_much = i < ROLLOUT_HEALTH_MEASURES;
        struct test test = {(enum rollout_health_measure)(i % ROLLOUT_HEALTH_MEASURES), is_much,
            is_much ? 0.02 : 0.1};
        struct group now = count(updated, &test, buckets);
        struct group usual = count(waiting, &test, buckets);

        if (now.known > 0)
            out->state = ROLLOUT_HEALTH_OK;
        if (!differs(&now, &usual, &test, chance))
            continue;
        blame(&now, &usual, &test, out);
        return;
    }
}
