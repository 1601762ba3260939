// Makes backups while all goes on.
#include "server/backup/backup.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/backup/backup_pipe.h"
#include "server/backup/backup_stage.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/base/log.h"
#include "server/store/store_schema.h"

#define MADE_FILE "last-backup"
#define MADE_MAX 32

struct backup {
    struct backup_places places;
    atomic_flag is_busy;
    _Atomic int64_t made_at_ms;
};

struct backup_run {
    struct backup *backup;
    struct backup_pipe *pipe;
    pthread_t thread;
    bool is_started;
};

// The file that remembers it: milliseconds since 1970. One that cannot be read says nothing. What a
// kill left beside it goes.
static int64_t read_made_at(const char *state_dir)
{
    char path[PATH_MAX];
    uint8_t *text;
    size_t n;
    int64_t at_ms;

    snprintf(path, sizeof path, "%s/" MADE_FILE, state_dir);
    file_sweep(path);
    if (file_read(path, MADE_MAX, &text, &n, NULL) < 0)
        return 0;
    at_ms = strtoll((char *)text, NULL, 10);
    free(text);
    return at_ms > 0 ? at_ms : 0;
}

static void note_made(struct backup *backup, int64_t at_ms)
{
    char path[PATH_MAX];
    char text[MADE_MAX];
    struct err err = {0};
    int n = snprintf(text, sizeof text, "%lld\n", (long long)at_ms);

    backup->made_at_ms = at_ms;
    snprintf(path, sizeof path, "%s/" MADE_FILE, backup->places.state_dir);
    if (file_replace(path, (const uint8_t *)text, (size_t)n, 0600, &err) < 0)
        log_error("backup", "when it was made cannot be kept error=\"%s\"", err.message);
}

int64_t backup_made_at_ms(const struct backup *backup)
{
    return backup->made_at_ms;
}

int backup_new(const struct backup_places *places, struct backup **out, struct err *err)
{
    struct backup *backup = calloc(1, sizeof *backup);

    if (backup == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for backups");
    backup->places = *places;
    atomic_flag_clear(&backup->is_busy);
    backup->made_at_ms = read_made_at(places->state_dir);
    backup_stage_sweep(places->state_dir);
    *out = backup;
    return 0;
}

void backup_free(struct backup *backup)
{
    free(backup);
}

static bool goes_on(void *ctx)
{
    return !backup_pipe_is_closed(((struct backup_run *)ctx)->pipe);
}

static int write_archive(
    struct backup_run *run, const struct archive_about *about, const char *stage, struct err *err)
{
    struct sink to = {backup_pipe_write, run->pipe};
    struct archive_writer *writer;
    int rc = archive_writer_open(about, &to, &writer, err);

    if (rc < 0)
        return rc;
    rc = backup_members_add(writer, &run->backup->places, stage, err);
    if (rc == 0)
        rc = archive_writer_finish(writer, err);
    archive_writer_free(writer);
    return rc;
}

static int make(struct backup_run *run, struct err *err)
{
    struct backup_stage_wish wish = {run->backup->places.state_dir, goes_on, run};
    struct archive_about about = {
        .made_at_ms = clock_now_ms(), .database_version = STORE_SCHEMA_STEPS};
    char *stage = NULL;
    int rc = backup_stage_make(&wish, &stage, err);

    if (rc < 0)
        return rc;
    snprintf(about.version, sizeof about.version, "%s", SECUREESP_VERSION);
    rc = write_archive(run, &about, stage, err);
    backup_stage_remove(stage);
    free(stage);
    return rc;
}

static void *run_thread(void *ctx)
{
    struct backup_run *run = ctx;
    struct err err = {0};
    int64_t began_ms = clock_monotonic_ms();
    int rc = make(run, &err);

    if (rc == 0)
        note_made(run->backup, clock_now_ms());
    if (rc < 0)
        log_error("backup", "not made error=\"%s\"", err.message);
    else
        log_info("backup", "made ms=%lld", (long long)(clock_monotonic_ms() - began_ms));
    backup_pipe_end(run->pipe, rc == 0);
    return NULL;
}

int backup_begin(struct backup *backup, struct backup_run **out, struct err *err)
{
    struct backup_run *run;

    if (atomic_flag_test_and_set(&backup->is_busy))
        return err_set(
            err, ERR_CONFLICT, "another backup is being made; try again when it is done");
    run = calloc(1, sizeof *run);
    if (run == NULL || backup_pipe_new(&run->pipe) < 0) {
        free(run);
        atomic_flag_clear(&backup->is_busy);
        return err_set(err, ERR_NO_MEMORY, "no memory for a backup");
    }
    run->backup = backup;
    *out = run;
    return 0;
}

int backup_run_start(struct backup_run *run, struct err *err)
{
    if (pthread_create(&run->thread, NULL, run_thread, run) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a backup");
    run->is_started = true;
    return 0;
}

ssize_t backup_run_read(void *ctx, char *buffer, size_t max)
{
    return backup_pipe_read(((struct backup_run *)ctx)->pipe, buffer, max);
}

void backup_run_end(void *ctx)
{
    struct backup_run *run = ctx;

    backup_pipe_close(run->pipe);
    if (run->is_started)
        pthread_join(run->thread, NULL);
    backup_pipe_free(run->pipe);
    atomic_flag_clear(&run->backup->is_busy);
    free(run);
}
