// The writer thread and its queue.
#include "server/store/store_writer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/base/pace.h"
#include "server/store/store_batch.h"
#include "server/store/store_connection.h"
#include "server/store/store_queue.h"
#include "server/store/store_trim.h"
#include "server/store/store_trouble.h"
#include "server/store/store_watch.h"

#define BATCH_JOBS 5000
#define BATCH_DELAY_MS 250
#define RETRY_MS 1000 // after a batch that could not be committed
#define TELL_MS 60000 // how often at most that single jobs fail

struct store_writer {
    struct store_connection *connection;
    struct store_watch *watch;
    pthread_t thread;
    pthread_mutex_t mutex; // over all below
    pthread_cond_t queued; // something for the writer to do
    pthread_cond_t done;   // a batch with jobs that somebody waits for has ended
    struct store_queue queue;
    struct timespec due_at; // when the batch that is gathering is to be committed
    _Atomic bool stopping;  // set with the mutex held
    bool failing;           // the last batch could not be committed
    int64_t last_batch_ms;
    void (*hook)(void *ctx);
    void *hook_ctx;
    struct store_counters counters;

    // Of the thread alone:
    struct store_trouble trouble; // but for reading
    struct store_trim trim;
    struct pace failed_pace, dropped_pace; // the latter of any thread
};

// A job whose caller waits for it, and has it; or has given up, and left it to the thread (malloc).
struct waiting_job {
    struct store_batch_job job;
    bool done;
    bool given_up;
    struct err err;
};

// With the mutex held.
static void append(struct store_writer *writer, struct store_batch_job *job)
{
    store_queue_append(&writer->queue, job);

    size_t count = writer->queue.count;

    if (count == 1)
        writer->due_at = monotonic_wait_until(BATCH_DELAY_MS);
    if (count == 1 || count == BATCH_JOBS || job->durable)
        pthread_cond_signal(&writer->queued);
}

// Waits for a job, or the end; with the mutex held.
static void wait_for_job(struct store_writer *writer)
{
    struct timespec idle_at = monotonic_wait_until(STORE_TRIM_IDLE_MS);

    while (writer->queue.count == 0 && !writer->stopping) {
        if (!store_trim_is_worth(&writer->trim)) {
            pthread_cond_wait(&writer->queued, &writer->mutex);
        } else if (pthread_cond_timedwait(&writer->queued, &writer->mutex, &idle_at) != 0) {
            pthread_mutex_unlock(&writer->mutex);
            store_trim_run(&writer->trim, writer->connection);
            pthread_mutex_lock(&writer->mutex);
        }
    }
}

// Waits for a full batch, its time, a job that somebody waits for, or the end; with the mutex held.
// After a failure a full batch is none: it would be tried again without a pause.
static void wait_for_batch(struct store_writer *writer)
{
    const struct store_queue *queue = &writer->queue;

    wait_for_job(writer);
    while ((queue->count < BATCH_JOBS || writer->failing) && queue->waited_for == 0 &&
           !writer->stopping) {
        if (pthread_cond_timedwait(&writer->queued, &writer->mutex, &writer->due_at) != 0)
            break;
    }
}

// Takes the oldest jobs off the queue, at most a batch; with the mutex held.
static struct store_batch_job *take_batch(struct store_writer *writer)
{
    struct store_batch_job *batch = store_queue_take(&writer->queue, BATCH_JOBS);

    if (writer->queue.count > 0)
        writer->due_at = (struct timespec){0}; // they have waited already
    return batch;
}

// Takes the jobs that somebody waits for out of a batch and wakes who does; with the mutex held.
// Returns the others.
static struct store_batch_job *wake_waiting(
    struct store_writer *writer, struct store_batch_job *batch)
{
    struct store_batch_job *posted = NULL;
    struct store_batch_job **last = &posted;
    bool waited_for = false;
    struct store_batch_job *next;

    for (struct store_batch_job *job = batch; job != NULL; job = next) {
        next = job->next;
        if (job->durable) {
            struct waiting_job *waiting = (struct waiting_job *)job;

            waiting->done = true; // gone once the mutex is free
            waited_for = true;
            if (waiting->given_up)
                free(waiting);
        } else {
            *last = job;
            last = &job->next;
        }
    }
    *last = NULL;
    if (waited_for)
        pthread_cond_broadcast(&writer->done);
    return posted;
}

// Appends all that is queued to a batch that failed, since for now it would fail as well, with the
// mutex held. Who waits is to hear that at once.
static void fail_queue(struct store_writer *writer, struct store_batch_job *batch, int rc,
    const struct store_batch_result *result)
{
    struct store_batch_job **end = &batch;

    while (*end != NULL)
        end = &(*end)->next;
    *end = store_queue_take(&writer->queue, SIZE_MAX);
    for (struct store_batch_job *job = *end; job != NULL; job = job->next) {
        if (!job->durable)
            continue;
        job->rc = rc;
        *job->err = result->first;
        writer->counters.failed++;
    }
}

// Queues posted jobs again, with the mutex held and the queue empty.
static void put_back(struct store_writer *writer, struct store_batch_job *posted)
{
    store_queue_put_back(&writer->queue, posted);
    writer->due_at = monotonic_wait_until(RETRY_MS);
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
    struct err err = {0};
    int rc = store_watch_check(writer->watch, writer->connection, &err);

    if (rc < 0)
        store_batch_fail(batch, rc, &err, &result);
    else
        rc = store_batch_run(writer->connection, batch, &result);
    store_watch_note(writer->watch);
    if (rc < 0 && store_watch_check(writer->watch, writer->connection, &err) < 0)
        result.first = err; // which is why

    bool again = rc < 0 && !writer->stopping;

    if (rc == 0 && store_batch_count_posted(batch, true) > 0 && // nobody else says so
        pace_is_due(&writer->failed_pace, TELL_MS))
        log_error("store",
            "jobs failed count=%llu first=\"%s\": so much of what devices said is lost; if that "
            "goes on, report it with these lines",
            (unsigned long long)result.failed, result.first.message);
    store_trouble_note(&writer->trouble, rc < 0 ? result.first.message : NULL);
    if (!again)
        store_batch_release(batch);

    pthread_mutex_lock(&writer->mutex);
    writer->failing = rc < 0;
    writer->last_batch_ms = clock_monotonic_ms();
    writer->counters.jobs += result.written;
    store_trim_add(&writer->trim, result.written);
    writer->counters.failed += result.failed - (again ? store_batch_count_posted(batch, false) : 0);
    writer->counters.batches += rc == 0;
    writer->counters.retried += again;
    if (again)
        fail_queue(writer, batch, rc, &result);

    struct store_batch_job *posted = wake_waiting(writer, batch);

    if (again)
        put_back(writer, posted);
    pthread_mutex_unlock(&writer->mutex);
    if (!again)
        store_batch_free(posted);
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
        bool is_last = writer->queue.count == 0;

        pthread_mutex_unlock(&writer->mutex);
        if (batch == NULL) { // closing folds the log into the file, which must be the right one
            struct err err = {0};

            if (store_watch_check(writer->watch, writer->connection, &err) < 0)
                log_error("store", "ends: %s", err.message);
            return NULL;
        }
        run_batch(writer, batch);
        if (is_last && store_trim_is_overdue(&writer->trim))
            store_trim_run(&writer->trim, writer->connection);
    }
}

static void init_queue(struct store_writer *writer)
{
    pthread_mutex_init(&writer->mutex, NULL);
    monotonic_wait_init(&writer->queued);
    monotonic_wait_init(&writer->done);
    store_trouble_init(&writer->trouble);
}

static void destroy(struct store_writer *writer)
{
    pthread_cond_destroy(&writer->queued);
    pthread_cond_destroy(&writer->done);
    pthread_mutex_destroy(&writer->mutex);
    store_trouble_destroy(&writer->trouble);
    store_queue_clear(&writer->queue);
    store_connection_close(writer->connection);
    free(writer);
}

int store_writer_start(struct store_connection *connection, struct store_watch *watch,
    struct store_writer **out, struct err *err)
{
    struct store_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL || store_queue_init(&writer->queue, err) < 0) {
        free(writer);
        store_connection_close(connection);
        return err_set(err, ERR_NO_MEMORY, "no memory for the database's writer");
    }
    writer->connection = connection;
    writer->watch = watch;
    writer->last_batch_ms = clock_monotonic_ms();
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
    append(writer, &waiting.job);
    while (!waiting.done)
        pthread_cond_wait(&writer->done, &writer->mutex);
    pthread_mutex_unlock(&writer->mutex);
    return waiting.job.rc;
}

int store_writer_flush(struct store_writer *writer, int64_t patience_ms)
{
    struct timespec until = monotonic_wait_until(patience_ms);
    struct waiting_job *waiting = calloc(1, sizeof *waiting);

    if (waiting == NULL)
        return ERR_NO_MEMORY;
    waiting->job = (struct store_batch_job){.durable = true, .err = &waiting->err};
    pthread_mutex_lock(&writer->mutex);
    append(writer, &waiting->job);
    while (!waiting->done && pthread_cond_timedwait(&writer->done, &writer->mutex, &until) == 0)
        ;
    waiting->given_up = !waiting->done;

    bool done = waiting->done;
    int rc = waiting->job.rc;

    pthread_mutex_unlock(&writer->mutex);
    if (done)
        free(waiting);
    return done ? rc : ERR_UNAVAILABLE;
}

// Queues the job, or counts why not. job: NULL without memory.
static enum store_queue_place offer(
    struct store_writer *writer, const struct store_source *source, struct store_batch_job *job)
{
    enum store_queue_place place = STORE_QUEUE_FULL;

    pthread_mutex_lock(&writer->mutex);
    if (job != NULL)
        place = store_queue_find_place(&writer->queue, source);
    switch (place) {
    case STORE_QUEUE_PLACE: append(writer, job); break;
    case STORE_QUEUE_FULL: writer->counters.dropped++; break;
    case STORE_QUEUE_CROWDED: writer->counters.crowded++; break;
    }
    pthread_mutex_unlock(&writer->mutex);
    return place;
}

static void tell_full(struct store_writer *writer)
{
    struct store_counters counters;

    if (!pace_is_due(&writer->dropped_pace, TELL_MS))
        return;
    store_writer_read_counters(writer, &counters);
    log_error("store",
        "queue full dropped=%llu: what devices say is lost until it can be written; see why "
        "not in the lines before, or 'secureesp status'",
        (unsigned long long)counters.dropped);
}

int store_writer_post(struct store_writer *writer, const struct store_source *source, store_job job,
    void *ctx, void (*release)(void *ctx))
{
    struct store_batch_job *posted = store_batch_new_posted(source, job, ctx, release);
    enum store_queue_place place = offer(writer, source, posted);

    if (place == STORE_QUEUE_PLACE)
        return 0;
    free(posted);
    if (place == STORE_QUEUE_FULL)
        tell_full(writer);
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
    out->queued = writer->queue.count;
    out->last_batch_ms = writer->last_batch_ms;
    pthread_mutex_unlock(&writer->mutex);
    store_trouble_read(&writer->trouble, out->fault);
}
