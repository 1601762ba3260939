#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// The daemon's memory: one SQLite file in WAL mode, one writer thread, many readers.
struct store;

// One connection to it, as the functions of the *_store.h files take it. Used by one thread at a
// time.
struct store_connection;

// Opens the database, creating it and applying outstanding migrations (each one a transaction), and
// starts the writer. ERR_INVALID if it was written by a later version, ERR_IO.
ERR_CHECKED int store_open(const char *path, struct store **out, struct err *err);

// Commits what is queued, ends the writer and closes. NULL is allowed.
void store_close(struct store *store);

// A unit of writing; runs on the writer thread, as if in a savepoint of its own: a negative return
// undoes what it wrote and nothing else.
typedef int (*store_job)(struct store_connection *connection, void *ctx, struct err *err);

// Runs a job and returns its result once what it wrote is durable (fsync). Any thread but the
// writer.
ERR_CHECKED int store_write(struct store *store, store_job job, void *ctx, struct err *err);

// Queues a job for the next batch, which is committed after a quarter of a second or 5,000 jobs; a
// crash may lose it. While nothing can be written (the disk is full, another process holds the
// database) it waits and is tried again; if another job of its batch fails it may be undone and run
// again: that must come to the same. release(ctx) is called afterwards, also if the job failed (it
// is logged) or the queue was full (ERR_UNAVAILABLE; counted). Never blocks on the disk. Any
// thread.
int store_post(struct store *store, store_job job, void *ctx, void (*release)(void *ctx));

// On whose behalf a job is posted: a device, by its key (mac_key.h).
struct store_source {
    int64_t key;
    bool firm; // worth a place where others find none any more: an outcome, not one more status
};

// The same for a source, of which no more jobs may wait than its share of the queue
// (store_share.h): ERR_UNAVAILABLE beyond (counted apart), so that none pushes out what others say.
int store_post_from(struct store *store, const struct store_source *source, store_job job,
    void *ctx, void (*release)(void *ctx));

// Waits until all that was posted before is durable (fsync): jobs are written in the order in which
// they came. An error if that cannot be done, or not within that time; what was posted waits and is
// tried again. Any thread but the writer.
ERR_CHECKED int store_flush(struct store *store, int64_t patience_ms);

// Calls the hook on the writer thread after each commit; it must neither block nor call the store.
// NULL takes it away: once this returns, the one before is not called again and not under way.
void store_set_commit_hook(struct store *store, void (*hook)(void *ctx), void *ctx);

// Borrows a connection for reading; it sees one consistent state until it is given back. The pool
// grows to what is used at once.
ERR_CHECKED int store_read_begin(
    struct store *store, struct store_connection **out, struct err *err);
void store_read_end(struct store *store, struct store_connection *connection);

// Counters for the daemon's status.
struct store_counters {
    uint64_t jobs;         // written
    uint64_t batches;      // transactions
    uint64_t failed;       // jobs that failed
    uint64_t retried;      // transactions that failed, of which what was posted is tried again
    uint64_t dropped;      // jobs refused because the queue was full
    uint64_t crowded;      // jobs refused because too many of their source wait
    uint64_t queued;       // jobs that wait now
    int64_t last_batch_ms; // when the writer last ended one, well or not; monotonic
    char fault[ERR_MESSAGE_SIZE]; // why nothing can be written now, or ""
};
void store_read_counters(struct store *store, struct store_counters *out);

#endif
