// Files that become mails.
#include "server/alert/alert_spool.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/alert/alert_bound.h"
#include "server/alert/alert_kind.h"
#include "server/alert/alert_mail.h"
#include "server/base/file.h"
#include "server/store/alert_store.h"

#define NOTES 50 // at once
#define NOTES_MS (INT64_C(30) * 86400000)

struct batch {
    struct alert_note notes[NOTES];
    size_t count;
    struct alert_progress progress;
    bool is_changed;
    bool is_new_hour;
    int64_t now_ms;
};

static int take(const struct alert_note *note, void *ctx)
{
    struct batch *batch = ctx;

    batch->notes[batch->count++] = *note;
    return 0;
}

static int read_batch(struct store *store, struct batch *batch, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = alert_store_read_progress(connection, &batch->progress, err);
    if (rc == 0) {
        const struct alert_store_range range = {batch->progress.mailed, NOTES};

        rc = alert_store_each_note(connection, &range, take, batch, err);
    }
    store_read_end(store, connection);
    return rc;
}

// Takes the word.
static int write_word(
    const struct alert_spool *spool, const char *name, char *word, struct err *err)
{
    char path[PATH_MAX];
    int rc = 0;

    if (word == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a mail");
    if ((size_t)snprintf(path, sizeof path, "%s/%s" ALERT_MAIL_END, spool->folder, name) >=
        sizeof path)
        rc = err_set(err, ERR_INVALID, "path too long: %s", spool->folder);
    if (rc == 0)
        rc = file_replace(path, (const uint8_t *)word, strlen(word), 0600, err);
    free(word);
    return rc;
}

int alert_spool_write(const struct alert_spool *spool, const char *name,
    const struct alert_note *note, struct err *err)
{
    if (spool->folder == NULL || !alert_kind_is_wished(spool->kinds, note->alert.kind))
        return 0;
    return write_word(spool, name, alert_mail_word(note), err);
}

static int write_note(const struct alert_spool *spool, struct batch *batch,
    const struct alert_note *note, struct err *err)
{
    char name[48];

    batch->progress.mailed = note->number;
    batch->is_changed = true;
    if (spool->folder == NULL || !alert_kind_is_wished(spool->kinds, note->alert.kind) ||
        !alert_bound_take(&batch->progress, spool->per_hour))
        return 0;
    snprintf(name, sizeof name, "note-%019lld", (long long)note->number);
    return alert_spool_write(spool, name, note, err);
}

// A store_job.
static int keep(struct store_connection *connection, void *ctx, struct err *err)
{
    struct batch *batch = ctx;
    int rc = alert_store_write_progress(connection, &batch->progress, err);

    if (rc == 0 && batch->is_new_hour)
        rc = alert_store_forget(connection, batch->now_ms - NOTES_MS, err);
    return rc;
}

static int close_hour(const struct alert_spool *spool, struct batch *batch, struct err *err)
{
    int64_t held = 0;
    char name[48];

    batch->is_new_hour = alert_bound_turn(&batch->progress, batch->now_ms, &held);
    batch->is_changed = batch->is_new_hour;
    if (held == 0 || spool->folder == NULL)
        return 0;
    snprintf(name, sizeof name, "held-%019lld", (long long)batch->now_ms);
    return write_word(spool, name, alert_mail_word_held(held, spool->per_hour), err);
}

int alert_spool_run(
    const struct alert_spool *spool, struct store *store, int64_t now_ms, struct err *err)
{
    struct batch *batch = calloc(1, sizeof *batch);
    int rc = batch != NULL ? read_batch(store, batch, err)
                           : err_set(err, ERR_NO_MEMORY, "no memory for mails");

    if (rc == 0) {
        batch->now_ms = now_ms;
        rc = close_hour(spool, batch, err);
    }
    for (size_t i = 0; rc == 0 && i < batch->count; i++)
        rc = write_note(spool, batch, &batch->notes[i], err);
    if (rc == 0 && batch->is_changed)
        rc = store_write(store, keep, batch, err);
    free(batch);
    return rc;
}
