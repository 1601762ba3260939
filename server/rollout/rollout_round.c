// One look at the health of all updated devices of a rollout.
#include "server/rollout/rollout_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/rollout/rollout_health_fleet.h"
#include "server/rollout/rollout_health_read.h"
#include "server/store/health_store.h"
#include "server/store/rollout_device_store.h"

#define PIECE 200          // devices that are read from one view
#define SITE_CONTROL_MIN 3 // devices that wait, to stand for their site
#define CROWD_MAX 500
#define STARTED_MS 60000 // within which a device tells of the start into its new image
#define ALL_DEVICES INT64_MAX

struct entry {
    char mac[MAC_SIZE];
    char site[ROLLOUT_SITE_SIZE];
    uint32_t site_number; // from 1; 0: none
    bool is_updated;      // else it waits
    int64_t split_ms;     // its days before end there,
    int64_t since_ms;     // and its hours since begin here
};

struct site {
    struct rollout_health_control *control; // NULL: too few wait there
};

struct rollout_round {
    int64_t rollout, created_ms;
    int64_t now_ms, known_ms;
    int64_t first_ms; // when the first was told to update; 0: none was
    struct entry *entries;
    size_t count, capacity;
    size_t waiting_in_all;
    size_t at;       // the next entry to be read,
    bool is_judging; // and whether those that wait are known
    struct rollout_health_control all;
    struct rollout_health_control crowd; // some of those that are updated, if hardly any waits
    struct site *sites;                  // by number less one
    size_t site_count;
    struct rollout_health_traits *traits; // those of updated devices first, of others from the end
    size_t updated, waiting;
};

// What is read of one device.
struct reading {
    struct rollout_health_hour hours[ROLLOUT_HEALTH_HOURS_MAX];
    struct rollout_health_summary before;
    struct rollout_health_series since;
};

static int64_t start_of_hour(int64_t at_ms)
{
    return at_ms - at_ms % ROLLOUT_HEALTH_HOUR_MS;
}

static bool describe(
    const struct rollout_round *round, const struct rollout_device *device, struct entry *out)
{
    *out = (struct entry){.is_updated = device->stage == ROLLOUT_UPDATED};
    memcpy(out->mac, device->mac, sizeof out->mac);
    memcpy(out->site, device->site, sizeof out->site);
    // The hour of the update is neither before it nor since, but for what happened after it.
    out->split_ms = start_of_hour(out->is_updated ? device->began_at_ms : round->created_ms);
    out->since_ms = out->is_updated ? device->ended_at_ms + STARTED_MS : round->created_ms;
    return device->stage == ROLLOUT_WAITING || (out->is_updated && device->began_at_ms > 0);
}

static int add(const struct rollout_device *device, void *ctx)
{
    struct rollout_round *round = ctx;
    struct entry entry;

    if (!describe(round, device, &entry))
        return 0;
    if (round->count == round->capacity) {
        size_t capacity = round->capacity == 0 ? 64 : 2 * round->capacity;
        struct entry *entries = realloc(round->entries, capacity * sizeof *entries);

        if (entries == NULL)
            return ERR_NO_MEMORY;
        round->entries = entries;
        round->capacity = capacity;
    }
    round->entries[round->count++] = entry;
    round->waiting_in_all += !entry.is_updated;
    if (entry.is_updated && (round->first_ms == 0 || device->began_at_ms < round->first_ms))
        round->first_ms = device->began_at_ms;
    return 0;
}

static int compare_sites(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->site, ((const struct entry *)b)->site);
}

static int64_t control_start(const struct rollout_round *round)
{
    int64_t oldest = start_of_hour(round->now_ms) -
                     (int64_t)(ROLLOUT_HEALTH_HOURS_MAX - 1) * ROLLOUT_HEALTH_HOUR_MS;
    int64_t created = start_of_hour(round->created_ms);

    return created > oldest ? created : oldest;
}

// Numbers the sites, and makes room for those where enough devices wait.
static int number_sites(struct rollout_round *round)
{
    size_t end;

    qsort(round->entries, round->count, sizeof *round->entries, compare_sites);
    for (size_t i = 0; i < round->count; i = end) {
        size_t waiting = 0;
        bool has_site = round->entries[i].site[0] != '\0';

        if (has_site)
            round->site_count++;
        for (end = i;
             end < round->count && compare_sites(&round->entries[i], &round->entries[end]) == 0;
             end++) {
            round->entries[end].site_number = has_site ? (uint32_t)round->site_count : 0;
            waiting += !round->entries[end].is_updated;
        }
        if (!has_site || waiting < SITE_CONTROL_MIN)
            continue;

        struct site *site = &round->sites[round->site_count - 1];

        site->control = calloc(1, sizeof *site->control);
        if (site->control == NULL)
            return ERR_NO_MEMORY;
        site->control->first_ms = control_start(round);
    }
    return 0;
}

static int prepare(struct rollout_round *round)
{
    round->all.first_ms = round->crowd.first_ms = control_start(round);
    round->crowd.is_crowd = true;
    if (round->count == 0)
        return 0;
    round->traits = calloc(round->count, sizeof *round->traits);
    round->sites = calloc(round->count, sizeof *round->sites);
    return round->traits == NULL || round->sites == NULL ? ERR_NO_MEMORY : number_sites(round);
}

int rollout_round_open(struct store_connection *connection, const struct rollout *rollout,
    int64_t now_ms, struct rollout_round **out, struct err *err)
{
    struct rollout_round *round = calloc(1, sizeof *round);
    int rc;

    if (round == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the health of a rollout");
    round->rollout = rollout->id;
    round->created_ms = rollout->created_at_ms;
    round->now_ms = now_ms;
    rc = health_store_newest_hour(connection, &round->known_ms, err);
    if (rc == 0)
        rc = rollout_device_store_each(connection, rollout->id, ALL_DEVICES, add, round, err);
    if (rc == 0)
        rc = prepare(round);
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for the health of a rollout");
    if (rc < 0) {
        rollout_round_free(round);
        return rc;
    }
    *out = round;
    return 0;
}

static struct rollout_health_control *site_control(
    const struct rollout_round *round, const struct entry *entry)
{
    return entry->site_number > 0 ? round->sites[entry->site_number - 1].control : NULL;
}

static int read_entry(const struct rollout_round *round, struct store_connection *connection,
    const struct entry *entry, struct reading *out, struct err *err)
{
    struct rollout_health_read_span span = {
        .from_ms =
            entry->split_ms - (int64_t)ROLLOUT_HEALTH_READ_BEFORE_HOURS * ROLLOUT_HEALTH_HOUR_MS,
        .to_ms = entry->split_ms,
        .known_ms = round->known_ms};
    int rc = rollout_health_read_hours(connection, entry->mac, &span, out->hours, &out->since, err);

    if (rc < 0)
        return rc;
    rollout_health_summary_read(&out->since, NULL, &out->before);
    span.from_ms = entry->since_ms;
    span.to_ms = round->now_ms;
    span.is_since = entry->is_updated || round->is_judging;
    return rollout_health_read_hours(connection, entry->mac, &span, out->hours, &out->since, err);
}

static void note(
    struct rollout_round *round, const struct entry *entry, const struct reading *reading)
{
    struct rollout_health_control *site = site_control(round, entry);

    if (entry->is_updated) {
        rollout_health_control_add(&round->crowd, &reading->before, &reading->since);
        return;
    }
    rollout_health_control_add(&round->all, &reading->before, &reading->since);
    if (site != NULL)
        rollout_health_control_add(site, &reading->before, &reading->since);
}

static int judge(struct rollout_round *round, const struct entry *entry,
    const struct reading *reading, struct rollout_findings *findings)
{
    const struct rollout_health_control *control = site_control(round, entry);
    struct rollout_health_side side = {entry->is_updated, NULL, entry->site_number};
    struct rollout_finding finding = {.rollout = round->rollout};
    struct rollout_health_verdict verdict;
    size_t place = entry->is_updated ? round->updated++ : round->count - ++round->waiting;

    if (control == NULL && round->all.devices > 0)
        control = &round->all;
    side.control = round->crowd.devices >= ROLLOUT_HEALTH_FLEET_MIN ? &round->crowd : control;
    rollout_health_traits_read(&reading->before, &reading->since, &side, &round->traits[place]);
    if (!entry->is_updated)
        return 0;
    rollout_health_judge(&reading->before, &reading->since, control, round->count, &verdict);
    if (verdict.state != ROLLOUT_HEALTH_UNHEALTHY)
        return 0;
    memcpy(finding.mac, entry->mac, sizeof finding.mac);
    memcpy(finding.reason, verdict.reason, sizeof finding.reason);
    return rollout_findings_add(findings, &finding);
}

// Those that wait are compared by the same hours as those that are updated.
static int begin_judging(struct rollout_round *round)
{
    int64_t *starts_ms = calloc(round->count, sizeof *starts_ms);
    int64_t start_ms;
    size_t n = 0;

    if (starts_ms == NULL)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < round->count; i++) {
        if (round->entries[i].is_updated)
            starts_ms[n++] = start_of_hour(round->entries[i].since_ms);
    }
    start_ms = rollout_health_fleet_start(starts_ms, n, round->known_ms);
    free(starts_ms);
    for (size_t i = 0; i < round->count && start_ms != INT64_MIN; i++) {
        if (!round->entries[i].is_updated)
            round->entries[i].split_ms = round->entries[i].since_ms = start_ms;
    }
    round->is_judging = true;
    round->at = 0;
    return 0;
}

static int read_next(struct rollout_round *round, struct store_connection *connection,
    struct rollout_findings *findings, struct err *err)
{
    const struct entry *entry = &round->entries[round->at];
    struct reading reading;
    int rc = read_entry(round, connection, entry, &reading, err);

    if (rc < 0)
        return rc;
    if (round->is_judging)
        rc = judge(round, entry, &reading, findings);
    else
        note(round, entry, &reading);
    return rc < 0 ? err_set(err, rc, "no memory for the health of a rollout") : 0;
}

// Whether it says what hits all: those that wait, or else some of the others, from all sites.
static bool is_noted(const struct rollout_round *round, size_t i)
{
    return !round->entries[i].is_updated || (round->waiting_in_all < ROLLOUT_HEALTH_FLEET_MIN &&
                                                i % (round->count / CROWD_MAX + 1) == 0);
}

int rollout_round_go_on(struct rollout_round *round, struct store_connection *connection,
    struct rollout_findings *findings, struct err *err)
{
    if (round->first_ms == 0)
        return 0; // nobody is to be judged
    for (size_t n = 0; n < PIECE; round->at++) {
        if (round->at == round->count && round->is_judging)
            return 0;
        if (round->at == round->count && begin_judging(round) < 0)
            return err_set(err, ERR_NO_MEMORY, "no memory for the health of a rollout");
        if (!round->is_judging && !is_noted(round, round->at))
            continue;

        int rc = read_next(round, connection, findings, err);

        if (rc < 0)
            return rc;
        n++;
    }
    return 1;
}

int64_t rollout_round_rollout(const struct rollout_round *round)
{
    return round->rollout;
}

size_t rollout_round_hours(const struct rollout_round *round)
{
    return round->first_ms == 0 || round->now_ms < round->first_ms
               ? 0
               : (size_t)((round->now_ms - round->first_ms) / ROLLOUT_HEALTH_HOUR_MS);
}

void rollout_round_judge_all(const struct rollout_round *round, struct rollout_health_verdict *out)
{
    const struct rollout_health_arm updated = {round->traits, round->updated};
    const struct rollout_health_arm waiting = {
        round->traits + round->count - round->waiting, round->waiting};

    rollout_health_fleet_judge(&updated, &waiting, rollout_round_hours(round), out);
}

void rollout_round_free(struct rollout_round *round)
{
    if (round == NULL)
        return;
    for (size_t i = 0; i < round->site_count && round->sites != NULL; i++)
        free(round->sites[i].control);
    free(round->sites);
    free(round->traits);
    free(round->entries);
    free(round);
}
