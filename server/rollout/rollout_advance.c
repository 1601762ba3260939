// One rollout at one look: its devices, then its phase.
#include "server/rollout/rollout_advance.h"

#include <stdio.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/release/release_find.h"
#include "server/rollout/rollout_change.h"
#include "server/rollout/rollout_config_end.h"
#include "server/rollout/rollout_plan.h"
#include "server/rollout/rollout_step.h"
#include "server/rollout/rollout_wait.h"
#include "server/settings/settings_rollout.h"
#include "server/store/rollout_store.h"

static bool is_open(struct rollout_look *look, const struct rollout *rollout)
{
    enum rollout_wait wait;

    if (rollout->state == ROLLOUT_PAUSED)
        return false;
    wait = rollout_wait_find(&rollout->terms, clock_now_ms(), NULL);
    if (wait == ROLLOUT_WAIT_ZONE)
        look->blind = *rollout;
    return wait == ROLLOUT_WAIT_NONE;
}

static int pause_one(struct store_connection *connection, const struct rollout_look *look,
    const struct rollout *rollout, const char *reason, struct err *err)
{
    struct rollout_change_wish wish = {
        ROLLOUT_CHANGE_PAUSE, rollout->name, reason, NULL, look->settings};
    struct rollout_changed changed;

    log_warning("rollout", "paused name=%s reason=\"%s\"", rollout->name, reason);
    return rollout_change_within(connection, look->release, &wish, &changed, err);
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return rollout_store_update(connection, ctx, err);
}

// Whether its image is still to be had. False, and the reason.
static bool has_image(struct release *release, const struct rollout *rollout, const char **reason)
{
    const struct release_catalogue *catalogue = release_hold(release);
    const struct image *image = release_find_image(catalogue, rollout->image.text);
    bool is_published = image != NULL && image->state == IMAGE_PUBLISHED;

    *reason = image == NULL ? "its image was removed" : "its image was withdrawn";
    release_drop(release, catalogue);
    return is_published;
}

static int pause_for_failures(struct store_connection *connection, const struct rollout_look *look,
    const struct rollout *rollout, const struct rollout_tally *tally, struct err *err)
{
    char reason[ROLLOUT_REASON_SIZE];

    snprintf(reason, sizeof reason,
        tally->reached == 1 ? "%lld of %lld device has failed" : "%lld of %lld devices have failed",
        (long long)(tally->failed - rollout->forgiven), (long long)tally->reached);
    return pause_one(connection, look, rollout, reason, err);
}

// What an auditor wants to know: the next phase, and the end.
static int turn_on(
    struct store_connection *connection, struct rollout *rollout, bool is_done, struct err *err)
{
    struct audit_change audit = {
        .verb = is_done ? "finish" : "advance", .kind = AUDIT_ROLLOUT, .object = rollout->name};

    rollout->soak_at_ms = 0;
    rollout->state = is_done ? ROLLOUT_DONE : ROLLOUT_RUNNING;
    if (is_done) {
        rollout->is_gated = false;
        rollout->ended_at_ms = clock_now_ms();
    } else
        rollout->phase++;
    log_info("rollout", "%s name=%s phase=%lld", is_done ? "done" : "next phase", rollout->name,
        (long long)rollout->phase + 1);
    return audit_run_within(connection, &audit, put, rollout, err);
}

// Sets for all what it has brought, unless that is refused by now: then it pauses, and says why.
static int finish_config(struct store_connection *connection, const struct rollout_look *look,
    struct rollout *rollout, struct err *err)
{
    char reason[ROLLOUT_REASON_SIZE];
    struct err why = {0};
    int rc = rollout_config_end_check(look->settings, connection, rollout, &why);

    if (rc == 0)
        rc = settings_rollout_finish(look->settings, connection, rollout, &why);
    if (rc == 0)
        return turn_on(connection, rollout, true, err);
    if (rc != ERR_INVALID && rc != ERR_TOO_LARGE && rc != ERR_CONFLICT && rc != ERR_NOT_FOUND)
        return err_set(err, rc, "%.400s", why.message);
    snprintf(reason, sizeof reason, "its end is refused: %.*s",
        (int)(sizeof reason - sizeof "its end is refused: "), why.message);
    return pause_one(connection, look, rollout, reason, err);
}

static int finish(struct store_connection *connection, struct rollout_look *look,
    struct rollout *rollout, struct err *err)
{
    if (rollout->kind == ROLLOUT_CONFIG)
        return finish_config(connection, look, rollout, err);
    look->is_done = true;
    return turn_on(connection, rollout, true, err);
}

// 1 if it has turned, and is to be looked at again.
static int turn(struct store_connection *connection, struct rollout_look *look,
    struct rollout *rollout, struct err *err)
{
    struct rollout_tally tally;
    int rc = rollout_step_tally(connection, rollout, &tally, err);

    if (rc < 0)
        return rc;
    switch (rollout_judge_turn(rollout, &tally, clock_now_ms())) {
    case ROLLOUT_TURN_PAUSE: return pause_for_failures(connection, look, rollout, &tally, err);
    case ROLLOUT_TURN_EMPTY:
        return pause_one(connection, look, rollout,
            rollout->kind == ROLLOUT_CONFIG
                ? "no device runs the new config.json, so that it is not set for all"
                : "no device has got the image, so that it is not offered to all",
            err);
    case ROLLOUT_TURN_SOAK:
        rollout->state = ROLLOUT_SOAKING;
        rollout->soak_at_ms = clock_now_ms();
        return rollout_store_update(connection, rollout, err);
    case ROLLOUT_TURN_PHASE: rc = turn_on(connection, rollout, false, err); return rc < 0 ? rc : 1;
    case ROLLOUT_TURN_DONE: return finish(connection, look, rollout, err);
    default: return 0;
    }
}

int rollout_advance_run(struct store_connection *connection, struct rollout_look *look,
    struct rollout *rollout, struct err *err)
{
    const char *reason;
    const char *unwell = rollout_findings_reason(look->found, rollout->id, "");
    int rc = 0;

    if (rollout->kind == ROLLOUT_IMAGE && rollout->state != ROLLOUT_PAUSED &&
        !has_image(look->release, rollout, &reason))
        return pause_one(connection, look, rollout, reason, err);
    do {
        struct rollout_step_wish wish = {
            is_open(look, rollout), look->found, look->number, look->settings};

        rc = rollout_step_run(connection, look->release, rollout, &wish, err);
        if (rc < 0 || rollout->state == ROLLOUT_PAUSED)
            return rc;
        if (unwell != NULL)
            return pause_one(connection, look, rollout, unwell, err);
        rc = turn(connection, look, rollout, err);
    } while (rc > 0);
    return rc;
}
