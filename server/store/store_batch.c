// One transaction full of jobs.
#include "server/store/store_batch.h"

#include <stdlib.h>

#include "server/store/device_store.h"
#include "server/store/statement.h"

static int execute(struct store_connection *connection, const char *sql, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    return statement_run(&s, err);
}

// The setting cannot change within a transaction.
static int begin(struct store_connection *connection, bool durable, struct err *err)
{
    int rc = execute(
        connection, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", err);

    return rc < 0 ? rc : execute(connection, "BEGIN IMMEDIATE", err);
}

// A full disk, among others, makes SQLite roll the whole transaction back by itself.
static bool is_open(struct store_connection *connection)
{
    return sqlite3_get_autocommit(connection->db) == 0;
}

static void roll_back(struct store_connection *connection)
{
    if (is_open(connection) && execute(connection, "ROLLBACK", NULL) < 0)
        return;
}

// Ends the savepoint, undoing what was written in it if `undo`.
static int end_savepoint(struct store_connection *connection, bool undo, struct err *err)
{
    int rc = undo ? execute(connection, "ROLLBACK TO job", err) : 0;

    return rc < 0 ? rc : execute(connection, "RELEASE job", err);
}

static int call(struct store_connection *connection, struct store_batch_job *job)
{
    job->rc = job->job != NULL ? job->job(connection, job->ctx, job->err) : 0;
    if (!is_open(connection) && job->rc >= 0)
        job->rc = err_set(job->err, ERR_IO, "database: the transaction was rolled back");
    return job->rc;
}

static int pass_on(struct err *err, const struct store_batch_job *job)
{
    *err = *job->err;
    return job->rc;
}

// Runs one job in a savepoint. An error if the transaction cannot go on; the failure of a job
// otherwise only stands in its rc.
static int run_one(
    struct store_connection *connection, struct store_batch_job *job, struct err *err)
{
    int rc = execute(connection, "SAVEPOINT job", err);

    if (rc < 0)
        return rc;
    if (call(connection, job) < 0 && !is_open(connection))
        return pass_on(err, job);
    return end_savepoint(connection, job->rc < 0, err);
}

// Runs posted jobs up to `end` in one savepoint, which is much cheaper than one for each. Returns 1
// if they are done, 0 if one failed and all are undone.
static int run_together(struct store_connection *connection, struct store_batch_job *first,
    const struct store_batch_job *end, struct err *err)
{
    struct store_batch_job *job = first;
    int rc = execute(connection, "SAVEPOINT job", err);

    if (rc < 0)
        return rc;
    device_store_gather(connection);
    while (job != end && call(connection, job) >= 0)
        job = job->next;

    int settled = job == end ? device_store_settle(connection, err) : 0;
    bool undo = job != end || settled < 0;

    device_store_forget(connection);
    if (!is_open(connection))
        return job != end ? pass_on(err, job) : settled;
    rc = end_savepoint(connection, undo, err);
    return rc < 0 ? rc : !undo;
}

static int run_jobs(struct store_connection *connection, struct store_batch_job *jobs,
    struct store_batch_result *result, struct err *err)
{
    struct store_batch_job *job = jobs;

    while (job != NULL) {
        struct store_batch_job *end = job->next;

        while (!job->durable && end != NULL && !end->durable)
            end = end->next;

        int rc = end != job->next ? run_together(connection, job, end, err) : 0;

        for (; rc == 0 && job != end; job = job->next) {
            rc = run_one(connection, job, err);
            if (job->rc < 0 && result->failed++ == 0)
                result->first = *job->err;
        }
        if (rc < 0)
            return rc;
        job = end;
    }
    return 0;
}

// The transaction is gone: so is what every job of it wrote.
void store_batch_fail(
    struct store_batch_job *jobs, int rc, const struct err *err, struct store_batch_result *result)
{
    *result = (struct store_batch_result){.first = *err};
    for (struct store_batch_job *job = jobs; job != NULL; job = job->next) {
        job->rc = rc;
        if (job->err != NULL)
            *job->err = *err;
        result->failed++;
    }
}

int store_batch_run(struct store_connection *connection, struct store_batch_job *jobs,
    struct store_batch_result *result)
{
    struct err err = {0};
    struct err scratch = {0}; // for the jobs that nobody waits for
    bool durable = false;
    uint64_t count = 0;

    *result = (struct store_batch_result){0};
    for (struct store_batch_job *job = jobs; job != NULL; job = job->next) {
        durable = durable || job->durable;
        count++;
        if (job->err == NULL)
            job->err = &scratch;
    }

    int rc = begin(connection, durable, &err);

    if (rc == 0)
        rc = run_jobs(connection, jobs, result, &err);
    if (rc == 0)
        rc = execute(connection, "COMMIT", &err);
    if (rc < 0) {
        roll_back(connection);
        store_batch_fail(jobs, rc, &err, result);
        return rc;
    }
    result->written = count - result->failed;
    return 0;
}

struct store_batch_job *store_batch_new_posted(
    const struct store_source *source, store_job job, void *ctx, void (*release)(void *ctx))
{
    struct store_batch_job *posted = calloc(1, sizeof *posted);

    if (posted == NULL)
        return NULL;
    posted->job = job;
    posted->ctx = ctx;
    posted->release = release;
    posted->shared = source != NULL;
    posted->source = source != NULL ? source->key : 0;
    return posted;
}

void store_batch_release(struct store_batch_job *batch)
{
    for (struct store_batch_job *job = batch; job != NULL; job = job->next) {
        if (!job->durable && job->release != NULL)
            job->release(job->ctx);
    }
}

void store_batch_free(struct store_batch_job *posted)
{
    struct store_batch_job *next;

    for (struct store_batch_job *job = posted; job != NULL; job = next) {
        next = job->next;
        free(job);
    }
}

uint64_t store_batch_count_posted(const struct store_batch_job *batch, bool failed_only)
{
    uint64_t count = 0;

    for (const struct store_batch_job *job = batch; job != NULL; job = job->next)
        count += !job->durable && (!failed_only || job->rc < 0);
    return count;
}
