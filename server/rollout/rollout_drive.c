// Keeps rollouts going.
#include "server/rollout/rollout_drive.h"

#include <pthread.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/base/pace.h"
#include "server/rollout/rollout_advance.h"
#include "server/rollout/rollout_watch.h"
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
    struct rollout_look *look = ctx;
    struct list list = {NULL, 0};
    int rc = rollout_store_each_open(connection, append, &list, err);

    look->is_done = false;
    look->blind = (struct rollout){.id = 0};
    look->is_any = list.count > 0;
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for rollouts");
    for (size_t i = 0; rc == 0 && i < list.count; i++)
        rc = rollout_advance_run(connection, look, &list.items[i], err);
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
    struct rollout_look look = {.release = drive->release,
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
