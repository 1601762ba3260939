// The writer thread and its queue.
#include "server/store/store_writer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "server/base/log.h"
#include "server/store/store_batch.h"
#include "server/store/store_connection.h"

#define BATCH_JOBS 5000
#define BATCH_DELAY_MS 250
#define QUEUE_JOBS 65536 // posted ones; more than that are refused

struct store_writer {
    struct store_connection *connection;
    pthread_t thread;
    pthread_mutex_t mutex; // over all below
    pthread_cond_t queued; // something for the writer to do
    pthread_cond_t done;   // a batch with jobs that somebody waits for has ended
    struct store_batch_job *first;
    struct store_batch_job **last;
    size_t count;           // jobs queued
    size_t waited_for;      // those of them that somebody waits for
    struct timespec due_at; // when the batch that is gathering is to be committed
    bool stopping;
    void (*hook)(void *ctx);
    void *hook_ctx;
    struct store_counters counters;
};

// A job whose caller waits for it, on the caller's stack.
struct waiting_job {
    struct store_batch_job job;
    bool done;
};

static struct timespec after_delay(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += BATCH_DELAY_MS * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return t;
}

// With the mutex held.
static void append(struct store_writer *writer, struct store_batch_job *job)
{
    job->next = NULL;
    *writer->last = job;
    writer->last = &job->next;
    writer->count++;
    if (writer->count == 1)
        writer->due_at = after_delay();
    if (writer->count == 1 || writer->count == BATCH_JOBS || job->durable)
        pthread_cond_signal(&writer->queued);
}

// Waits for a full batch, its time, a job that somebody waits for, or the end; with the mutex held.
static void wait_for_batch(struct store_writer *writer)
{
    while (writer->count == 0 && !writer->stopping)
        pthread_cond_wait(&writer->queued, &writer->mutex);
    while (writer->count < BATCH_JOBS && writer->waited_for == 0 && !writer->stopping) {
        if (pthread_cond_timedwait(&writer->queued, &writer->mutex, &writer->due_at) != 0)
            break;
    }
}

// Takes the oldest jobs off the queue, at most a batch; with the mutex held.
static struct store_batch_job *take_batch(struct store_writer *writer)
{
    struct store_batch_job *batch = writer->first;
    struct store_batch_job **end = &writer->first;

    for (size_t n = 0; n < BATCH_JOBS && *end != NULL; n++) {
        writer->waited_for -= (*end)->durable;
        writer->count--;
        end = &(*end)->next;
    }
    if (batch == NULL)
        return NULL;

    struct store_batch_job *rest = *end;

    *end = NULL;
    writer->first = rest;
    if (rest == NULL)
        writer->last = &writer->first;
    else
        writer->due_at = (struct timespec){0}; // they have waited already
    return batch;
}

// Frees the posted jobs and wakes whoever waits for the others.
static void finish_batch(struct store_writer *writer, struct store_batch_job *batch)
{
    bool waited_for = false;
    struct store_batch_job *next;

    for (struct store_batch_job *job = batch; job != NULL; job = job->next) {
        if (!job->durable && job->release != NULL)
            job->release(job->ctx);
    }
    pthread_mutex_lock(&writer->mutex);
    for (struct store_batch_job *job = batch; job != NULL; job = next) {
        next = job->next;
        if (job->durable) {
            ((struct waiting_job *)job)->done = true; // gone once the mutex is free
            waited_for = true;
        } else {
            free(job);
        }
    }
    if (waited_for)
        pthread_cond_broadcast(&writer->done);
    pthread_mutex_unlock(&writer->mutex);
}

// With the mutex held throughout, so that a hook that was taken away is not under way any more.
static void call_hook(struct store_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    if (writer->hook != NULL)
        writer->hook(writer->hook_ctx);
    pthread_mutex_unlock(&writer->mutex);
}

static void run_batch(struct store_writer *writer, struct store_batch_job *batch)
{
    struct store_batch_result result;
    int rc = store_batch_run(writer->connection, batch, &result);
    bool posted_failed = false;

    for (struct store_batch_job *job = batch; job != NULL; job = job->next)
        posted_failed = posted_failed || (job->rc < 0 && !job->durable);
    if (posted_failed || rc < 0) // once for a batch: a full disk must not flood the log
        log_error("store", "jobs failed count=%llu first=\"%s\"", (unsigned long long)result.failed,
            result.first.message);

    pthread_mutex_lock(&writer->mutex);
    writer->counters.jobs += result.written;
    writer->counters.failed += result.failed;
    writer->counters.batches += rc == 0;
    pthread_mutex_unlock(&writer->mutex);
    finish_batch(writer, batch);
    if (rc == 0)
        call_hook(writer);
}

static void *run(void *ctx)
{
    struct store_writer *writer = ctx;

    for (;;) {
        pthread_mutex_lock(&writer->mutex);
        wait_for_batch(writer);

        struct store_batch_job *batch = take_batch(writer);

        pthread_mutex_unlock(&writer->mutex);
        if (batch == NULL)
            return NULL;
        run_batch(writer, batch);
    }
}

static void init_queue(struct store_writer *writer)
{
    pthread_condattr_t attributes;

    writer->last = &writer->first;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->queued, &attributes);
    pthread_cond_init(&writer->done, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void destroy(struct store_writer *writer)
{
    pthread_cond_destroy(&writer->queued);
    pthread_cond_destroy(&writer->done);
    pthread_mutex_destroy(&writer->mutex);
    store_connection_close(writer->connection);
    free(writer);
}

int store_writer_start(
    struct store_connection *connection, struct store_writer **out, struct err *err)
{
    struct store_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL) {
        store_connection_close(connection);
        return err_set(err, ERR_NO_MEMORY, "no memory for the database's writer");
    }
    writer->connection = connection;
    init_queue(writer);
    if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
        destroy(writer);
        return err_set(err, ERR_NO_MEMORY, "cannot start the database's writer");
    }
    *out = writer;
    return 0;
}

void store_writer_free(struct store_writer *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_cond_signal(&writer->queued);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    destroy(writer);
}

int store_writer_run(struct store_writer *writer, store_job job, void *ctx, struct err *err)
{
    struct err local = {0};
    struct waiting_job waiting = {
        .job = {.job = job, .ctx = ctx, .durable = true, .err = err != NULL ? err : &local},
    };

    pthread_mutex_lock(&writer->mutex);
    writer->waited_for++;
    append(writer, &waiting.job);
    while (!waiting.done)
        pthread_cond_wait(&writer->done, &writer->mutex);
    pthread_mutex_unlock(&writer->mutex);
    return waiting.job.rc;
}

int store_writer_post(
    struct store_writer *writer, store_job job, void *ctx, void (*release)(void *ctx))
{
    struct store_batch_job *posted = calloc(1, sizeof *posted);
    bool full = posted == NULL;

    pthread_mutex_lock(&writer->mutex);
    full = full || writer->count >= QUEUE_JOBS;
    if (full) {
        writer->counters.dropped++;
    } else {
        *posted = (struct store_batch_job){.job = job, .ctx = ctx, .release = release};
        append(writer, posted);
    }
    pthread_mutex_unlock(&writer->mutex);
    if (!full)
        return 0;
    free(posted);
    if (release != NULL)
        release(ctx);
    return ERR_UNAVAILABLE;
}

void store_writer_set_commit_hook(struct store_writer *writer, void (*hook)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&writer->mutex);
    writer->hook = hook;
    writer->hook_ctx = ctx;
    pthread_mutex_unlock(&writer->mutex);
}

void store_writer_read_counters(struct store_writer *writer, struct store_counters *out)
{
    pthread_mutex_lock(&writer->mutex);
    *out = writer->counters;
    pthread_mutex_unlock(&writer->mutex);
}
