#ifndef COMMAND_STORE_H
#define COMMAND_STORE_H

#include <stdint.h>

#include "server/model/command.h"
#include "server/store/store.h"

// Commands to devices, from the operator's word to their outcome. When one ends, its payload goes
// (payload_store.h) and its batch moves on (batch_store.h), in the same transaction.

// Adds a queued command; its id is written to command->id.
ERR_CHECKED int command_store_add(
    struct store_connection *connection, struct command *command, struct err *err);

ERR_CHECKED int command_store_get(
    struct store_connection *connection, int64_t id, struct command *out, struct err *err);

// Writes all of a stored command that changes on its way.
ERR_CHECKED int command_store_update(
    struct store_connection *connection, const struct command *command, struct err *err);

// The newest `limit` commands, of one device or (mac NULL) of all, newest first.
ERR_CHECKED int command_store_each(struct store_connection *connection, const char *mac,
    int64_t limit, int (*each)(const struct command *command, void *ctx), void *ctx,
    struct err *err);

// A page of them, newest first, until each() returns non-zero, which is then returned.
struct command_store_wish {
    const char *mac;  // NULL: of all devices
    int64_t before;   // of smaller ids; INT64_MAX: from the newest on
    int state;        // enum command_state, -1: all
    int accepted;     // 1: only those that were accepted, 0: only the others, -1: all
    const char *name; // "": all
    int64_t limit;
};
ERR_CHECKED int command_store_page(struct store_connection *connection,
    const struct command_store_wish *wish, int (*each)(const struct command *command, void *ctx),
    void *ctx, struct err *err);

// The commands of a batch of that name, by their waves.
struct command_store_batch {
    int64_t id;
    const char *name;
};
ERR_CHECKED int command_store_each_of_batch(struct store_connection *connection,
    const struct command_store_batch *batch, int (*each)(const struct command *command, void *ctx),
    void *ctx, struct err *err);

// The command that each device is to get next, its oldest queued one, if it is online, has reported
// since seen_since_ms and has no command in hand.
ERR_CHECKED int command_store_each_due(struct store_connection *connection, int64_t seen_since_ms,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err);

// The command that was sent to a device and has no outcome yet. ERR_NOT_FOUND.
ERR_CHECKED int command_store_get_sent(
    struct store_connection *connection, const char *mac, struct command *out, struct err *err);

// The same; if there is none, the device's newest command if that was cancelled after it was sent.
ERR_CHECKED int command_store_get_in_hand(
    struct store_connection *connection, const char *mac, struct command *out, struct err *err);

// The commands of a device that have not ended, oldest first.
ERR_CHECKED int command_store_each_open(struct store_connection *connection, const char *mac,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err);

// Removes all commands of a device.
ERR_CHECKED int command_store_forget(
    struct store_connection *connection, const char *mac, struct err *err);

// Whether any is overdue, or command_store_expire() would find any: 1 or 0, or an error. Costs a
// look at two indexes.
ERR_CHECKED int command_store_has_expired(
    struct store_connection *connection, int64_t now_ms, int64_t queued_before_ms, struct err *err);

// The sent commands whose due_at_ms has come, `limit` at most, the longest overdue first.
struct command_store_overdue {
    int64_t now_ms;
    int64_t limit;
};
ERR_CHECKED int command_store_each_overdue(struct store_connection *connection,
    const struct command_store_overdue *overdue,
    int (*each)(const struct command *command, void *ctx), void *ctx, struct err *err);

// Whether the device says of commands that it has taken them, by the last one that tells: 1 or 0,
// or an error.
ERR_CHECKED int command_store_acknowledges(
    struct store_connection *connection, const char *mac, struct err *err);

// Marks the commands expired that were queued before queued_before_ms. Returns how many, or an
// error.
ERR_CHECKED int command_store_expire(
    struct store_connection *connection, int64_t queued_before_ms, int64_t now_ms, struct err *err);

#endif
