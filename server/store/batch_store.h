#ifndef BATCH_STORE_H
#define BATCH_STORE_H

#include <stdint.h>

#include "server/model/command.h"
#include "server/store/store.h"

// Batches: commands that were ordered together, of one name, and that go in waves. Those of a wave
// wait until all of the waves before it are done. If one of them fails, expires or is cancelled,
// those that wait have failed, unsent. All: ERR_IO if the database fails.

// Makes a command that was just added, and is in no batch, the first of a new one, and sets
// first->batch. The others are added with that number, those of later waves as COMMAND_WAITING.
ERR_CHECKED int batch_store_begin(
    struct store_connection *connection, struct command *first, struct err *err);

// Moves a batch on after one of its commands has ended; 0 is no batch. command_store.h does so, in
// the same transaction. The second form does it for all.
ERR_CHECKED int batch_store_settle(
    struct store_connection *connection, int64_t batch, int64_t now_ms, struct err *err);
ERR_CHECKED int batch_store_settle_all(
    struct store_connection *connection, int64_t now_ms, struct err *err);

// Cancels what a device still has to do in batches, since it is forgotten: its batches know that
// it has not moved.
ERR_CHECKED int batch_store_leave(
    struct store_connection *connection, const char *mac, int64_t now_ms, struct err *err);

// How a batch stands.
struct batch_summary {
    int64_t id;
    int64_t created_at_ms;
    int64_t counts[COMMAND_STATE_COUNT]; // of its commands in each state
    int64_t accepted;                    // of those that are sent
};

// ERR_NOT_FOUND if there is no such batch of commands of that name.
ERR_CHECKED int batch_store_get(struct store_connection *connection, const char *name, int64_t id,
    struct batch_summary *out, struct err *err);

// The newest `limit` batches of commands of that name, the newest first, until each() returns
// non-zero, which is then returned.
ERR_CHECKED int batch_store_each(struct store_connection *connection, const char *name,
    int64_t limit, int (*each)(const struct batch_summary *summary, void *ctx), void *ctx,
    struct err *err);

#endif
