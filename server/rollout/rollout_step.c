// One look at the devices of a rollout.
#include "server/rollout/rollout_step.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/rollout/rollout_act.h"
#include "server/rollout/rollout_gather.h"
#include "server/rollout/rollout_plan.h"
#include "server/store/rollout_device_store.h"

#define MINUTE_MS 60000

struct site {
    char name[ROLLOUT_SITE_SIZE];
    int64_t downloading;
};

// A look under way.
struct step {
    struct rollout_gather gather;
    const struct rollout_step_wish *wish;
    struct rollout_plan_use use;
    struct site *sites;
    size_t site_count;
    struct rollout_device *devices; // that are looked at
    size_t count;
    struct err *err;
};

static struct site *find_site(struct step *step, const char *name)
{
    for (size_t i = 0; i < step->site_count; i++) {
        if (strcmp(step->sites[i].name, name) == 0)
            return &step->sites[i];
    }

    struct site *sites = realloc(step->sites, (step->site_count + 1) * sizeof *sites);

    if (sites == NULL)
        return NULL;
    step->sites = sites;
    sites[step->site_count] = (struct site){.downloading = 0};
    snprintf(sites[step->site_count].name, ROLLOUT_SITE_SIZE, "%s", name);
    return &sites[step->site_count++];
}

static int note_site(const char *name, int64_t devices, void *ctx)
{
    struct step *step = ctx;
    struct site *site = find_site(step, name);

    if (site == NULL)
        return ERR_NO_MEMORY;
    site->downloading = devices;
    step->use.downloading += devices;
    return 0;
}

static int read_use(struct step *step)
{
    const struct rollout_gather *gather = &step->gather;
    int rc = rollout_device_store_count_begun(gather->connection, gather->rollout->id,
        gather->now_ms - MINUTE_MS, &step->use.begun, step->err);

    return rc < 0 ? rc
                  : rollout_device_store_each_site(
                        gather->connection, gather->rollout->id, note_site, step, step->err);
}

static int append(const struct rollout_device *device, void *ctx)
{
    struct step *step = ctx;

    if ((step->count & (step->count - 1)) == 0) { // the room doubles at each power of two
        struct rollout_device *devices =
            realloc(step->devices, (step->count == 0 ? 1 : 2 * step->count) * sizeof *devices);

        if (devices == NULL)
            return err_set(step->err, ERR_NO_MEMORY, "no memory for a rollout");
        step->devices = devices;
    }
    step->devices[step->count++] = *device;
    return 0;
}

// Whether there is room for one more download. It begins anew, or goes on with its next image.
static bool take_room(struct step *step, const struct rollout_device *device, bool begins)
{
    struct rollout_terms terms = step->gather.rollout->terms;
    struct site *site =
        terms.site_size > 0 && device->site[0] != '\0' ? find_site(step, device->site) : NULL;
    int64_t begun = step->use.begun;
    bool taken;

    if (!begins)
        terms.rate = 0;
    taken = rollout_plan_take(&terms, &step->use, site != NULL ? &site->downloading : NULL);
    if (!begins)
        step->use.begun = begun;
    return taken;
}

// The first command of a step, if there is room for it.
static int order_download(
    struct step *step, struct rollout_device *device, struct rollout_gathered *known)
{
    const struct rollout_gather *gather = &step->gather;
    char site[ROLLOUT_SITE_SIZE];
    bool begins = device->stage == ROLLOUT_WAITING;
    int rc = rollout_gather_site(
        gather->connection, device->mac, gather->rollout->terms.site_prefix, site, step->err);

    if (rc < 0)
        return rc;
    if (device->stage != ROLLOUT_DOWNLOADING) {
        bool moved = strcmp(site, device->site) != 0;

        memcpy(device->site, site, sizeof device->site);
        if (!take_room(step, device, begins))
            return 0;
        if (begins)
            device->reason[0] = '\0';
        if (moved)
            snprintf(device->reason, sizeof device->reason, "was tagged anew, and is of %s",
                site[0] != '\0' ? site : "no site");
        snprintf(device->before, sizeof device->before, "%s", known->facts.running);
    }
    if (begins)
        device->began_at_ms = gather->now_ms;
    if (begins && known->facts.is_config)
        rc = rollout_act_reach(gather, device, known, step->err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return rollout_act_order(gather, device, ROLLOUT_DOWNLOADING, step->err);
}

static int look(struct step *step, struct rollout_device *device)
{
    struct rollout_gathered known;
    struct rollout_decision decision;
    int rc = rollout_gather_read(&step->gather, device, &known, step->err);

    if (rc < 0)
        return rc;
    known.facts.unwell = rollout_findings_reason(step->wish->found, device->rollout, device->mac);
    rollout_judge_device(&known.facts, &decision);
    switch (decision.action) {
    case ROLLOUT_ORDER_FIRMWARE:
        return device->stage == ROLLOUT_WAITING && !step->wish->may_begin
                   ? 0
                   : order_download(step, device, &known);
    case ROLLOUT_ORDER_FLASH:
        return rollout_act_order(&step->gather, device, ROLLOUT_INSTALLING, step->err);
    case ROLLOUT_TAKE_BACK: return rollout_act_take_back(&step->gather, device, &known, step->err);
    case ROLLOUT_SETTLE:
        return rollout_act_settle(&step->gather, device, &decision, &known, step->err);
    default: return 0;
    }
}

static bool has_device(const struct step *step, const char *mac)
{
    for (size_t i = 0; i < step->count; i++) {
        if (strcmp(step->devices[i].mac, mac) == 0)
            return true;
    }
    return false;
}

// Those that are updated are read only if something was found; none twice, as one that went back is
// there already.
static int append_found(struct step *step)
{
    const struct rollout_findings *found = step->wish->found;
    int64_t rollout = step->gather.rollout->id;
    int rc = 0;

    for (size_t i = 0; found != NULL && i < found->count && rc == 0; i++) {
        const struct rollout_finding *finding = &found->items[i];
        struct rollout_device device;

        if (finding->rollout != rollout || finding->mac[0] == '\0' ||
            has_device(step, finding->mac))
            continue;
        rc = rollout_device_store_get(
            step->gather.connection, rollout, finding->mac, &device, step->err);
        if (rc == 0 && device.stage == ROLLOUT_UPDATED)
            rc = append(&device, step);
        else if (rc == ERR_NOT_FOUND)
            rc = 0;
    }
    return rc;
}

// Which part of those that are at work is looked at.
static int choose_part(struct step *step, struct rollout_device_wish *wish)
{
    int64_t count = 0;
    int rc;

    wish->parts = 1;
    if (step->wish->number == ROLLOUT_STEP_ALL)
        return 0;
    rc = rollout_device_store_count_at_work(
        step->gather.connection, wish->rollout, &count, step->err);
    wish->parts += count / ROLLOUT_STEP_AT_WORK;
    wish->part = step->wish->number % wish->parts;
    return rc;
}

// All are read before the first is changed.
static int read_all(struct step *step)
{
    const struct rollout *rollout = step->gather.rollout;
    struct rollout_device_wish wish = {.rollout = rollout->id,
        .image = rollout->kind == ROLLOUT_CONFIG ? NULL : rollout->image.text,
        .phase = rollout->phase,
        .limit = ROLLOUT_STEP_CANDIDATES};
    int rc = read_use(step);

    if (rc == 0)
        rc = choose_part(step, &wish);
    if (rc == 0)
        rc = rollout_device_store_each_at_work(
            step->gather.connection, &wish, append, step, step->err);
    if (rc == 0 && !rollout_state_is_end(rollout->state))
        rc = rollout_device_store_each_candidate(
            step->gather.connection, &wish, append, step, step->err);
    return rc < 0 ? rc : append_found(step);
}

static int run(struct step *step)
{
    int rc = read_all(step);

    for (size_t i = 0; i < step->count && rc == 0; i++) {
        struct rollout_device device = step->devices[i];

        rc = look(step, &device);
    }
    free(step->sites);
    free(step->devices);
    return rc;
}

static int run_config(struct step *step)
{
    const struct settings_desk *settings = step->wish->settings;
    struct settings_base base;
    int rc;

    assert(settings != NULL);
    rc = settings->read_base(&base, settings->ctx);
    if (rc < 0)
        return err_set(step->err, rc, "no memory for settings");
    step->gather.base = &base;
    rc = run(step);
    settings_base_clear(&base);
    return rc;
}

int rollout_step_run(struct store_connection *connection, struct release *release,
    const struct rollout *rollout, const struct rollout_step_wish *wish, struct err *err)
{
    const struct release_catalogue *catalogue = release_hold(release);
    struct step step = {
        .gather = {connection, catalogue, rollout, clock_now_ms(), NULL}, .wish = wish, .err = err};
    int rc = rollout->kind == ROLLOUT_CONFIG ? run_config(&step) : run(&step);

    release_drop(release, catalogue);
    return rc;
}

struct counting {
    int64_t phase;
    struct rollout_tally *out;
};

static int count(const struct rollout_device_count *row, void *ctx)
{
    const struct counting *counting = ctx;
    struct rollout_tally *out = counting->out;
    bool counts = row->stage != ROLLOUT_LEFT_OUT;

    if (row->phase <= counting->phase && counts)
        out->reached += row->devices;
    if (row->stage == ROLLOUT_FAILED)
        out->failed += row->devices;
    if (row->phase == counting->phase && row->stage == ROLLOUT_FAILED)
        out->failed_here += row->devices;
    if (row->phase == counting->phase && counts)
        out->counted += row->devices;
    if (row->phase == counting->phase && row->stage == ROLLOUT_UPDATED)
        out->updated += row->devices;
    if (row->stage < ROLLOUT_UPDATED)
        out->unsettled += row->devices;
    if (row->stage == ROLLOUT_UPDATED)
        out->arrived += row->devices;
    return 0;
}

int rollout_step_tally(struct store_connection *connection, const struct rollout *rollout,
    struct rollout_tally *out, struct err *err)
{
    struct counting counting = {rollout->phase, out};
    const int64_t phases[2] = {rollout->phase, rollout->phase};
    int rc;

    *out = (struct rollout_tally){0};
    rc = rollout_device_store_count(connection, rollout->id, count, &counting, err);
    if (rc == 0)
        rc = rollout_device_store_count_away(connection, rollout->id, phases, &out->away, err);
    out->counted -= out->away;
    return rc;
}
