#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"
#include "server/store/store_watch.h"

// The one thread that writes: a queue of jobs, committed in batches.
struct store_writer;

// Starts the thread on a connection, which it owns from then on (also if starting fails). watch is
// borrowed.
ERR_CHECKED int store_writer_start(struct store_connection *connection, struct store_watch *watch,
    struct store_writer **out, struct err *err);

// Commits what is queued and ends the thread. NULL is allowed.
void store_writer_free(struct store_writer *writer);

// As store_write(), store_flush(), store_post_from() (source NULL: store_post()),
// store_set_commit_hook() and store_read_counters().
ERR_CHECKED int store_writer_run(
    struct store_writer *writer, store_job job, void *ctx, struct err *err);
ERR_CHECKED int store_writer_flush(struct store_writer *writer, int64_t patience_ms);
int store_writer_post(struct store_writer *writer, const struct store_source *source, store_job job,
    void *ctx, void (*release)(void *ctx));
void store_writer_set_commit_hook(struct store_writer *writer, void (*hook)(void *ctx), void *ctx);
void store_writer_read_counters(struct store_writer *writer, struct store_counters *out);

#endif
