#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"

// A job on its way to the disk.
struct store_batch_job {
    struct store_batch_job *next;
    store_job job; // NULL: there is nothing to do but to wait for those before it
    void *ctx;
    void (*release)(void *ctx); // of a posted job; may be NULL
    bool durable;               // somebody waits for it
    bool shared;                // holds a place of its source's
    int64_t source;
    int rc;          // its result
    struct err *err; // NULL if nobody reads it; meaningless after the run
};

struct store_batch_result {
    uint64_t written; // jobs
    uint64_t failed;
    struct err first; // what the first failed job said
};

// Runs a list of jobs in one transaction and commits: durably (fsync) if one of them is durable. A
// job that fails is undone alone. Those that are not durable may be run a second time if one of
// them fails. Each job's rc is set. If the transaction itself fails, all of its jobs have failed
// with its error. Returns 0 if something was committed.
ERR_CHECKED int store_batch_run(struct store_connection *connection, struct store_batch_job *jobs,
    struct store_batch_result *result);

// Lets a batch fail that is not run at all.
void store_batch_fail(
    struct store_batch_job *jobs, int rc, const struct err *err, struct store_batch_result *result);

// A posted job as store_post_from() is given it; freed by store_batch_free(). NULL without memory.
struct store_batch_job *store_batch_new_posted(
    const struct store_source *source, store_job job, void *ctx, void (*release)(void *ctx));

// Releases what posted jobs were given; their ctx is gone then.
void store_batch_release(struct store_batch_job *batch);

// Frees a list of posted jobs.
void store_batch_free(struct store_batch_job *posted);

// How many posted jobs there are, or, with failed_only, how many of them failed.
uint64_t store_batch_count_posted(const struct store_batch_job *batch, bool failed_only);

#endif
