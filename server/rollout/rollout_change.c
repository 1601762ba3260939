// Pauses rollouts, resumes, aborts and removes them, and tries again.
#include "server/rollout/rollout_change.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/rollout/rollout_step.h"
#include "server/store/rollout_device_store.h"
#include "server/store/rollout_store.h"

struct change {
    const struct rollout_change_wish *wish;
    struct release *release;
    struct rollout_changed *out;
};

const char *rollout_change_name(enum rollout_change_verb verb)
{
    static const char *const names[ROLLOUT_CHANGE_COUNT] = {
        [ROLLOUT_CHANGE_PAUSE] = "pause",
        [ROLLOUT_CHANGE_RESUME] = "resume",
        [ROLLOUT_CHANGE_ABORT] = "abort",
        [ROLLOUT_CHANGE_RETRY] = "retry",
    };

    return names[verb];
}

static int check(
    const struct rollout *rollout, const struct rollout_change_wish *wish, struct err *err)
{
    bool retries = wish->verb == ROLLOUT_CHANGE_RETRY;

    if (rollout->state == ROLLOUT_ABORTED && wish->verb != ROLLOUT_CHANGE_ABORT)
        return err_set(
            err, ERR_CONFLICT, "rollout %s was aborted; create another one", rollout->name);
    if (rollout->state == ROLLOUT_DONE && rollout->kind == ROLLOUT_CONFIG)
        return err_set(err, ERR_CONFLICT,
            "rollout %s is done, and what it brought is set; 'secureesp command --drifted config' "
            "brings it to devices that do not run it",
            rollout->name);
    if (rollout->state == ROLLOUT_DONE && !retries)
        return err_set(err, ERR_CONFLICT,
            "rollout %s is done; create another one, or 'secureesp rollouts retry' takes in again "
            "who "
            "failed or was left out",
            rollout->name);
    return 0;
}

static int count_failed(
    struct store_connection *connection, struct rollout *rollout, struct err *err)
{
    struct rollout_tally tally;
    int rc = rollout_step_tally(connection, rollout, &tally, err);

    rollout->forgiven = tally.failed;
    return rc;
}

static int set_paused(struct store_connection *connection, struct rollout *rollout,
    const struct change *change, struct err *err)
{
    const char *reason = change->wish->reason;

    (void)connection;
    (void)err;
    if (rollout->state == ROLLOUT_PAUSED)
        return 0;
    rollout->state = ROLLOUT_PAUSED;
    rollout->soak_at_ms = 0;
    snprintf(
        rollout->reason, sizeof rollout->reason, "%s", reason != NULL ? reason : "by an operator");
    return 0;
}

static int set_resumed(struct store_connection *connection, struct rollout *rollout,
    const struct change *change, struct err *err)
{
    (void)change;
    if (rollout->state != ROLLOUT_PAUSED)
        return 0;
    rollout->state = ROLLOUT_RUNNING;
    rollout->reason[0] = '\0';
    return count_failed(connection, rollout, err);
}

static int set_aborted(struct store_connection *connection, struct rollout *rollout,
    const struct change *change, struct err *err)
{
    (void)connection;
    (void)change;
    (void)err;
    if (rollout->state == ROLLOUT_ABORTED)
        return 0;
    rollout->state = ROLLOUT_ABORTED;
    rollout->ended_at_ms = clock_now_ms();
    return 0;
}

static int set_retried(struct store_connection *connection, struct rollout *rollout,
    const struct change *change, struct err *err)
{
    int rc = rollout_device_store_retry(connection, rollout->id, &change->out->count, err);

    if (rc < 0 || change->out->count == 0)
        return rc;
    if (rollout->state == ROLLOUT_DONE) {
        rollout->state = ROLLOUT_RUNNING;
        rollout->soak_at_ms = 0;
        rollout->ended_at_ms = 0;
    }
    return count_failed(connection, rollout, err);
}

// A store_job.
static int apply(struct store_connection *connection, void *ctx, struct err *err)
{
    typedef int setter(struct store_connection * connection, struct rollout * rollout,
        const struct change *change, struct err *err);
    static setter *const setters[ROLLOUT_CHANGE_COUNT] = {
        [ROLLOUT_CHANGE_PAUSE] = set_paused,
        [ROLLOUT_CHANGE_RESUME] = set_resumed,
        [ROLLOUT_CHANGE_ABORT] = set_aborted,
        [ROLLOUT_CHANGE_RETRY] = set_retried,
    };
    const struct change *change = ctx;
    const struct rollout_step_wish stand_still = {
        .number = ROLLOUT_STEP_ALL, .settings = change->wish->settings};
    struct rollout *rollout = &change->out->rollout;
    int rc = rollout_store_get(connection, change->wish->name, rollout, err);

    change->out->count = 0;
    if (rc == 0)
        rc = check(rollout, change->wish, err);
    if (rc == 0)
        rc = setters[change->wish->verb](connection, rollout, change, err);
    if (rc == 0)
        rc = rollout_store_update(connection, rollout, err);
    if (rc == 0 && (rollout->state == ROLLOUT_PAUSED || rollout->state == ROLLOUT_ABORTED))
        rc = rollout_step_run(connection, change->release, rollout, &stand_still, err);
    return rc;
}

// Who is taken in again is told of; the rest stands in the rollout.
static void tell_retry(struct audit_told *told, const void *ctx)
{
    const struct change *change = ctx;

    snprintf(told->object, sizeof told->object, "%s", change->wish->name);
    if (change->out->count > 0)
        audit_json_add_number(&told->after, "devices", change->out->count);
}

int rollout_change_within(struct store_connection *connection, struct release *release,
    const struct rollout_change_wish *wish, struct rollout_changed *out, struct err *err)
{
    struct change change = {wish, release, out};
    struct audit_change audit = {.by = wish->by,
        .verb = rollout_change_name(wish->verb),
        .kind = AUDIT_ROLLOUT,
        .object = wish->name,
        .tell = wish->verb == ROLLOUT_CHANGE_RETRY ? tell_retry : NULL};

    return audit_run_within(connection, &audit, apply, &change, err);
}

static int run(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct change *change = ctx;

    return rollout_change_within(connection, change->release, change->wish, change->out, err);
}

int rollout_change_run(struct store *store, struct release *release,
    const struct rollout_change_wish *wish, struct rollout_changed *out, struct err *err)
{
    struct change change = {wish, release, out};
    int rc = store_write(store, run, &change, err);

    if (rc == 0)
        log_info("rollout", "%s name=%s state=%s", rollout_change_name(wish->verb), wish->name,
            rollout_state_name(out->rollout.state));
    return rc;
}

// A store_job.
static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    const char *name = *(const char *const *)ctx;
    struct rollout rollout;
    int rc = rollout_store_get(connection, name, &rollout, err);

    if (rc < 0)
        return rc;
    if (!rollout_state_is_end(rollout.state))
        return err_set(err, ERR_CONFLICT,
            "rollout %s has not ended; 'secureesp rollouts abort' ends it", rollout.name);
    if (rollout.is_gated)
        return err_set(err, ERR_CONFLICT,
            "rollout %s keeps image %s from devices; withdraw that first with 'secureesp images "
            "withdraw'; published again then, it is offered to all",
            rollout.name, rollout.image.text);
    return rollout_store_remove(connection, &rollout, err);
}

int rollout_change_remove(
    struct store *store, const char *name, const struct audit_author *by, struct err *err)
{
    struct audit_change audit = {.by = by, .verb = "remove", .kind = AUDIT_ROLLOUT, .object = name};
    int rc = audit_run(store, &audit, take, &name, err);

    if (rc == 0)
        log_info("rollout", "removed name=%s", name);
    return rc;
}
