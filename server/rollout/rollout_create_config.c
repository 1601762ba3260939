// Begins a rollout of a configuration.
#include "server/rollout/rollout_create_config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mac.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/rollout/rollout_members.h"
#include "server/rollout/rollout_wait.h"
#include "server/settings/settings_rollout.h"
#include "server/store/device_store.h"
#include "server/store/rollout_store.h"

// Under way.
struct work {
    struct rollout_members members;
    char (*macs)[MAC_SIZE]; // that would get another file, in order
    size_t count, at;
    struct err *err;
};

static int note_different(const char *mac, void *ctx)
{
    struct work *work = ctx;

    if ((work->count & (work->count - 1)) == 0) { // the room doubles at each power of two
        void *macs =
            realloc(work->macs, (work->count == 0 ? 1 : 2 * work->count) * sizeof *work->macs);

        if (macs == NULL)
            return err_set(work->err, ERR_NO_MEMORY, "no memory for a rollout");
        work->macs = macs;
    }
    snprintf(work->macs[work->count++], MAC_SIZE, "%s", mac);
    return 0;
}

// Both go by MAC.
static int collect(const struct device_record *device, void *ctx)
{
    struct work *work = ctx;

    while (work->at < work->count && strcmp(work->macs[work->at], device->mac) < 0)
        work->at++;
    if (work->at == work->count || strcmp(work->macs[work->at], device->mac) != 0)
        return 0;
    if (device->revoked_at_ms == 0)
        return rollout_members_add(&work->members, device);
    work->members.out->revoked++;
    return 0;
}

static int plan(const struct rollout_create_wish *wish, struct work *work)
{
    static const struct device_filter all = {.trees = NULL};
    struct rollout *rollout = wish->rollout;
    struct store_connection *connection = work->members.connection;
    struct rollout_created *out = work->members.out;
    struct settings_rollout_trial trial = {
        .force = wish->force, .each_different = note_different, .ctx = work};
    int rc = rollout_wait_check_zone(&rollout->terms, work->err);

    if (rc == 0)
        rc = settings_rollout_try(wish->settings, connection, rollout, &trial, work->err);
    if (rc == 0)
        rc = device_store_each(connection, &all, collect, work, work->err);
    if (rc < 0)
        return rc;
    out->met = (int64_t)trial.outcome.devices;
    out->current = out->met - (int64_t)out->count - out->revoked;
    if (out->count == 0)
        return err_set(work->err, ERR_NOT_FOUND,
            "no device is to get another config.json: it is for %lld, of which %lld are revoked; "
            "'secureesp settings' changes it without a rollout",
            (long long)out->met, (long long)out->revoked);
    return rollout_members_close(&work->members);
}

int rollout_create_config_plan(struct store_connection *connection,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err)
{
    struct work work = {
        .members = {.connection = connection, .rollout = wish->rollout, .out = out, .err = err},
        .err = err};
    int rc;

    assert(wish->settings != NULL);
    rollout_creation_clear(out);
    rc = plan(wish, &work);
    free(work.macs);
    return rc;
}

struct creation {
    const struct rollout_create_wish *wish;
    struct rollout_created *out;
};

// A store_job.
static int create(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct creation *creation = ctx;
    struct rollout *rollout = creation->wish->rollout;
    const struct audit_author *by = creation->wish->by;
    int rc = rollout_create_config_plan(connection, creation->wish, creation->out, err);

    rollout->state = ROLLOUT_RUNNING;
    rollout->created_at_ms = clock_now_ms(); // here, since the writer also moves the clock
    snprintf(rollout->patch.by, sizeof rollout->patch.by, "%s", by != NULL ? by->who : "");
    if (rc == 0)
        rc = rollout_store_add(connection, rollout, err);
    return rc < 0 ? rc : rollout_members_store(connection, rollout, creation->out, err);
}

int rollout_create_config_run(
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err)
{
    struct creation creation = {wish, out};
    struct audit_change audit = {.by = wish->by,
        .verb = "create",
        .kind = AUDIT_ROLLOUT,
        .object = wish->rollout->name,
        .forced = wish->force};
    int rc = audit_run(wish->settings->store, &audit, create, &creation, err);

    if (rc == 0)
        log_info("rollout", "created name=%s config=\"%s%s%s\" devices=%zu", wish->rollout->name,
            settings_store_scope_name((enum settings_scope)wish->rollout->patch.scope),
            wish->rollout->patch.name[0] != '\0' ? " " : "", wish->rollout->patch.name, out->count);
    return rc;
}
