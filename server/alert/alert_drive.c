// Looks each few seconds at what goes wrong.
#include "server/alert/alert_drive.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/alert/alert_kind.h"
#include "server/alert/alert_look.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/base/pace.h"

#define LOOK_MS 2000
#define SILENT_MS 60000 // between two looks for silent devices, which read all of them
#define TELL_MS 60000

struct alert_drive {
    struct alert_drive_settings settings;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t signal;
    bool stopping, woken;
    int64_t silent_at_ms;  // monotonic
    struct alert database; // its fault, while it lasts: it cannot be kept there
    bool database_is_bad;
    struct alert_logins logins;
    struct pace trouble;
};

static void tell_trouble(struct alert_drive *drive, const struct err *err)
{
    if (pace_is_due(&drive->trouble, TELL_MS))
        log_error("alert", "look failed reason=\"%s\"", err->message);
}

static void log_alerts(const struct alert_look *look)
{
    for (size_t i = 0; i < look->now.count; i++)
        log_warning("alert", "raised kind=%s subject=\"%s\" detail=\"%s\"", look->now.items[i].kind,
            look->now.items[i].subject, look->now.items[i].detail);
    for (size_t i = 0; i < look->over.count; i++)
        log_info("alert", "over kind=%s subject=\"%s\"", look->over.items[i].kind,
            look->over.items[i].subject);
}

// Of the database's own fault nothing can be kept in it.
static void watch_database(
    struct alert_drive *drive, const struct alert_facts *facts, int64_t now_ms)
{
    bool is_bad = facts->database_fault[0] != '\0';
    struct alert_note note = {.at_ms = now_ms, .state = is_bad ? ALERT_RAISED : ALERT_RESOLVED};
    struct err err = {0};
    char name[48];

    if (is_bad == drive->database_is_bad)
        return;
    drive->database_is_bad = is_bad;
    if (is_bad) {
        drive->database = (struct alert){.since_ms = now_ms};
        snprintf(drive->database.kind, sizeof drive->database.kind, ALERT_KIND_DATABASE_FAULT);
        snprintf(
            drive->database.detail, sizeof drive->database.detail, "%.320s", facts->database_fault);
    }
    note.alert = drive->database;
    snprintf(name, sizeof name, "database-%019lld", (long long)now_ms);
    if (alert_spool_write(&drive->settings.spool, name, &note, &err) < 0)
        tell_trouble(drive, &err);
}

static int read_look(struct alert_drive *drive, struct alert_look *look, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(drive->settings.store, &connection, err);

    if (rc < 0)
        return rc;
    rc = alert_look_read(connection, look, err);
    store_read_end(drive->settings.store, connection);
    return rc;
}

// Whether there is more at once.
static bool look_once(struct alert_drive *drive, struct err *err)
{
    const struct alert_drive_settings *settings = &drive->settings;
    struct alert_look look = {.now_ms = clock_now_ms()};
    struct alert_facts facts = {0};
    int64_t now = clock_monotonic_ms();
    bool more = false;
    int rc;

    settings->read(&facts, settings->ctx);
    watch_database(drive, &facts, look.now_ms);
    if (drive->database_is_bad)
        return false;
    if (now >= drive->silent_at_ms) {
        look.silent_ms = settings->device_offline_ms;
        drive->silent_at_ms = now + SILENT_MS;
    }
    look.facts = &facts;
    alert_judge_facts(&facts, settings->broker_lost_ms, look.now_ms, &look.now);
    alert_judge_logins(&facts, &drive->logins, look.now_ms, &look.now);
    rc = read_look(drive, &look, err);
    if (rc == 0 && look.is_changed)
        rc = store_write(settings->store, alert_look_write, &look, err);
    if (rc == 0) {
        log_alerts(&look);
        more = look.is_full;
    }
    if (rc == 0)
        rc = alert_spool_run(&settings->spool, settings->store, look.now_ms, err);
    if (rc == 0 && look.now.count + look.over.count > 0)
        settings->told(settings->ctx);
    if (rc < 0)
        tell_trouble(drive, err);
    alert_look_clear(&look);
    return more && rc == 0;
}

static void wait_a_while(struct alert_drive *drive)
{
    struct timespec until = monotonic_wait_until(LOOK_MS);

    while (!drive->stopping && !drive->woken &&
           pthread_cond_timedwait(&drive->signal, &drive->mutex, &until) == 0)
        continue;
}

static void *run(void *ctx)
{
    struct alert_drive *drive = ctx;

    pthread_mutex_lock(&drive->mutex);
    while (!drive->stopping) {
        struct err err = {0};

        drive->woken = false;
        pthread_mutex_unlock(&drive->mutex);

        bool more = look_once(drive, &err);

        pthread_mutex_lock(&drive->mutex);
        if (!more)
            wait_a_while(drive);
    }
    pthread_mutex_unlock(&drive->mutex);
    return NULL;
}

int alert_drive_start(
    const struct alert_drive_settings *settings, struct alert_drive **out, struct err *err)
{
    struct alert_drive *drive = calloc(1, sizeof *drive);

    if (drive == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for alerts");
    drive->settings = *settings;
    pthread_mutex_init(&drive->mutex, NULL);
    monotonic_wait_init(&drive->signal);
    if (pthread_create(&drive->thread, NULL, run, drive) != 0) {
        pthread_mutex_destroy(&drive->mutex);
        pthread_cond_destroy(&drive->signal);
        free(drive);
        return err_set(err, ERR_NO_MEMORY, "cannot start the look for alerts");
    }
    *out = drive;
    return 0;
}

static void signal_it(struct alert_drive *drive, bool stop)
{
    pthread_mutex_lock(&drive->mutex);
    drive->woken = true;
    drive->stopping = drive->stopping || stop;
    pthread_cond_signal(&drive->signal);
    pthread_mutex_unlock(&drive->mutex);
}

void alert_drive_wake(struct alert_drive *drive)
{
    signal_it(drive, false);
}

void alert_drive_free(struct alert_drive *drive)
{
    if (drive == NULL)
        return;
    signal_it(drive, true);
    pthread_join(drive->thread, NULL);
    pthread_mutex_destroy(&drive->mutex);
    pthread_cond_destroy(&drive->signal);
    free(drive);
}
