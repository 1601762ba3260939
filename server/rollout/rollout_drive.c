// Keeps rollouts going.
#include "server/rollout/rollout_drive.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/base/pace.h"
#include "server/release/release_find.h"
#include "server/rollout/rollout_change.h"
#include "server/rollout/rollout_config_end.h"
#include "server/rollout/rollout_plan.h"
#include "server/rollout/rollout_step.h"
#include "server/rollout/rollout_watch.h"
#include "server/rollout/rollout_wait.h"
#include "server/settings/settings_rollout.h"
#include "server/store/rollout_store.h"

#define TICK_MS 1000
#define SHARE 20 // of the time that the looks may take: one in so many
#define WAIT_MAX_MS 60000

struct rollout_drive {
    struct store *store;
    struct release *release;
    const struct settings_desk *settings;
    struct rollout_watch *watch;
    pthread_t thread;
    int64_t looks;         // of the thread: how many there were,
    bool failing;          // the last one failed,
    bool is_stale;         // a gate has fallen that the catalogue still has,
    int64_t blind;         // and the id of a rollout whose time zone could not be read; 0: none
    pthread_mutex_t mutex; // over all below
    pthread_cond_t changed;
    bool woken;
    bool stopping;
};

// --- one rollout

static bool is_open(struct rollout_drive_look *look, const struct rollout *rollout)
{
    enum rollout_wait wait;

    if (rollout->state == ROLLOUT_PAUSED)
        return false;
    wait = rollout_wait_find(&rollout->terms, clock_now_ms(), NULL);
    if (wait == ROLLOUT_WAIT_ZONE)
        look->blind = *rollout;
    return wait == ROLLOUT_WAIT_NONE;
}

static int pause_one(struct store_connection *connection, const struct rollout_drive_look *look,
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

static int pause_for_failures(struct store_connection *connection,
    const struct rollout_drive_look *look, const struct rollout *rollout,
    const struct rollout_tally *tally, struct err *err)
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
static int finish_config(struct store_connection *connection, const struct rollout_drive_look *look,
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

static int finish(struct store_connection *connection, struct rollout_drive_look *look,
    struct rollout *rollout, struct err *err)
{
    if (rollout->kind == ROLLOUT_CONFIG)
        return finish_config(connection, look, rollout, err);
    look->is_done = true;
    return turn_on(connection, rollout, true, err);
}

// 1 if it has turned, and is to be looked at again.
static int turn(struct store_connection *connection, struct rollout_drive_look *look,
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

static int drive(struct store_connection *connection, struct rollout_drive_look *look,
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

// --- all of them

struct list {
    struct rollout *items;
    size_t count;
};

static int append(const struct rollout *rollout, void *ctx)
{
    struct list *list = ctx;
    struct rollout *items = realloc(list->items, (list->count + 1) * sizeof *items);

    if (items == NULL)
        return ERR_NO_MEMORY;
    list->items = items;
    items[list->count++] = *rollout;
    return 0;
}

int rollout_drive_run(struct store_connection *connection, void *ctx, struct err *err)
{
    struct rollout_drive_look *look = ctx;
    struct list list = {NULL, 0};
    int rc = rollout_store_each_open(connection, append, &list, err);

    look->is_done = false;
    look->blind = (struct rollout){.id = 0};
    look->is_any = list.count > 0;
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for rollouts");
    for (size_t i = 0; rc == 0 && i < list.count; i++)
        rc = drive(connection, look, &list.items[i], err);
    free(list.items);
    return rc;
}

// Without one that has not ended the writer is left in peace.
static int has_any(struct rollout_drive *drive, struct err *err)
{
    struct list list = {NULL, 0};
    struct store_connection *connection;
    int rc = store_read_begin(drive->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = rollout_store_each_open(connection, append, &list, err);
    store_read_end(drive->store, connection);
    free(list.items);
    return rc < 0 ? rc : list.count > 0;
}

// A piece of it, out of the writer's way.
static int watch_health(struct rollout_drive *drive, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(drive->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = rollout_watch_look(drive->watch, connection, clock_now_ms(), err);
    store_read_end(drive->store, connection);
    if (rc < 0)
        err_context(err, "health");
    return rc < 0 ? rc : 0;
}

// Once, not at each look.
static void tell_blind(struct rollout_drive *drive, const struct rollout *blind)
{
    if (blind->id != 0 && blind->id != drive->blind)
        log_warning("rollout", "waits name=%s reason=\"time zone %s cannot be read\"", blind->name,
            blind->terms.window_zone);
    drive->blind = blind->id;
}

// 1 if there is something to come back for.
static int look_once(struct rollout_drive *drive, struct err *err)
{
    struct rollout_drive_look look = {.release = drive->release,
        .found = rollout_watch_found(drive->watch),
        .number = drive->looks++,
        .settings = drive->settings};
    int any = has_any(drive, err);
    int rc = any > 0 ? watch_health(drive, err) : any;

    if (rc == 0 && any > 0)
        rc = store_write(drive->store, rollout_drive_run, &look, err);
    if (rc < 0)
        return rc;
    tell_blind(drive, &look.blind);
    rollout_watch_forget(drive->watch);
    drive->is_stale = drive->is_stale || look.is_done;
    if (drive->is_stale)
        rc = release_refresh(drive->release, err);
    if (rc < 0)
        return rc;
    drive->is_stale = false;
    return any;
}

static bool look_and_tell(struct rollout_drive *drive)
{
    struct err err = {0};
    int rc = look_once(drive, &err);

    if (rc < 0 && !drive->failing)
        log_warning("rollout", "look failed reason=\"%s\"", err.message);
    if (rc >= 0 && drive->failing)
        log_info("rollout", "looks work again");
    drive->failing = rc < 0;
    return rc != 0;
}

// With the mutex held.
static void wait_until(struct rollout_drive *drive, int64_t tick_ms, bool is_any)
{
    struct timespec tick = monotonic_wait_until(tick_ms);

    while (!drive->stopping && !drive->woken) {
        if (!is_any)
            pthread_cond_wait(&drive->changed, &drive->mutex);
        else if (pthread_cond_timedwait(&drive->changed, &drive->mutex, &tick) != 0)
            break;
    }
    drive->woken = false;
}

int64_t rollout_drive_pause_ms(int64_t took_ms)
{
    if (took_ms < TICK_MS / SHARE)
        return TICK_MS;
    return took_ms < WAIT_MAX_MS / SHARE ? took_ms * SHARE : WAIT_MAX_MS;
}

static void *run(void *ctx)
{
    struct rollout_drive *drive = ctx;

    pthread_mutex_lock(&drive->mutex);
    while (!drive->stopping) {
        int64_t began_ms = clock_monotonic_ms();

        pthread_mutex_unlock(&drive->mutex);

        bool is_any = look_and_tell(drive);
        int64_t took_ms = clock_monotonic_ms() - began_ms;

        pthread_mutex_lock(&drive->mutex);
        wait_until(drive, rollout_drive_pause_ms(took_ms), is_any);
    }
    pthread_mutex_unlock(&drive->mutex);
    return NULL;
}

static void destroy(struct rollout_drive *drive)
{
    pthread_cond_destroy(&drive->changed);
    pthread_mutex_destroy(&drive->mutex);
    rollout_watch_free(drive->watch);
    free(drive);
}

int rollout_drive_start(struct store *store, struct release *release,
    const struct settings_desk *settings, struct rollout_drive **out, struct err *err)
{
    struct rollout_drive *drive = calloc(1, sizeof *drive);

    if (drive == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for rollouts");
    drive->watch = rollout_watch_new();
    if (drive->watch == NULL) {
        free(drive);
        return err_set(err, ERR_NO_MEMORY, "no memory for rollouts");
    }
    drive->store = store;
    drive->release = release;
    drive->settings = settings;
    pthread_mutex_init(&drive->mutex, NULL);
    monotonic_wait_init(&drive->changed);
    if (pthread_create(&drive->thread, NULL, run, drive) != 0) {
        destroy(drive);
        return err_set(err, ERR_NO_MEMORY, "cannot start what drives rollouts");
    }
    *out = drive;
    return 0;
}

void rollout_drive_free(struct rollout_drive *drive)
{
    if (drive == NULL)
        return;
    pthread_mutex_lock(&drive->mutex);
    drive->stopping = true;
    pthread_cond_signal(&drive->changed);
    pthread_mutex_unlock(&drive->mutex);
    pthread_join(drive->thread, NULL);
    destroy(drive);
}

void rollout_drive_wake(struct rollout_drive *drive)
{
    if (drive == NULL)
        return;
    pthread_mutex_lock(&drive->mutex);
    drive->woken = true;
    pthread_cond_signal(&drive->changed);
    pthread_mutex_unlock(&drive->mutex);
}
