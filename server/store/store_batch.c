// One transaction full of jobs.
#include "server/store/store_batch.h"

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

// Runs one job; its own failure leaves the transaction open.
static int run_job(struct store_connection *connection, struct store_batch_job *job)
{
    struct err *err = job->err;
    int rc = execute(connection, "SAVEPOINT job", err);

    if (rc < 0)
        return job->rc = rc;
    job->rc = job->job(connection, job->ctx, err);
    if (!is_open(connection)) {
        if (job->rc >= 0)
            job->rc = err_set(err, ERR_IO, "database: the transaction was rolled back");
        return job->rc;
    }
    if (job->rc < 0 && execute(connection, "ROLLBACK TO job", NULL) < 0)
        return job->rc;
    rc = execute(connection, "RELEASE job", job->rc < 0 ? NULL : err);
    if (rc < 0 && job->rc >= 0)
        job->rc = rc;
    return rc;
}

static void note_failure(struct store_batch_result *result, const struct err *err, int rc)
{
    if (result->failed++ > 0)
        return;
    result->first = *err;
    result->first.code = rc;
}

// Stops at the first job that took the transaction with it.
static int run_jobs(struct store_connection *connection, struct store_batch_job *jobs,
    struct store_batch_result *result)
{
    for (struct store_batch_job *job = jobs; job != NULL; job = job->next) {
        int rc = run_job(connection, job);

        if (job->rc < 0)
            note_failure(result, job->err, job->rc);
        else
            result->written++;
        if (rc < 0 || !is_open(connection)) {
            result->first = *job->err;
            return rc < 0 ? rc : job->rc;
        }
    }
    return 0;
}

// The transaction is gone: so is what every job of it wrote.
static int fail_all(
    struct store_batch_job *jobs, int rc, const struct err *err, struct store_batch_result *result)
{
    *result = (struct store_batch_result){.first = *err};
    for (struct store_batch_job *job = jobs; job != NULL; job = job->next) {
        job->rc = rc;
        *job->err = *err;
        result->failed++;
    }
    return rc;
}

int store_batch_run(struct store_connection *connection, struct store_batch_job *jobs,
    struct store_batch_result *result)
{
    struct err err = {0};
    struct err scratch = {0}; // for the jobs that nobody waits for
    bool durable = false;

    *result = (struct store_batch_result){0};
    for (struct store_batch_job *job = jobs; job != NULL; job = job->next) {
        durable = durable || job->durable;
        if (job->err == NULL)
            job->err = &scratch;
    }

    int rc = begin(connection, durable, &err);

    if (rc == 0) {
        rc = run_jobs(connection, jobs, result);
        if (rc < 0)
            err = result->first;
        else
            rc = execute(connection, "COMMIT", &err);
    }
    if (rc < 0) {
        roll_back(connection);
        return fail_all(jobs, rc, &err, result);
    }
    return 0;
}
