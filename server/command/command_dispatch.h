#ifndef COMMAND_DISPATCH_H
#define COMMAND_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/command/command_patience.h"
#include "server/command/command_queue.h"
#include "server/model/command.h"
#include "server/store/store.h"

// Brings queued commands to devices that are online, one at a time for each device, sends again
// what was lost, and gives up on those without an outcome. Its own thread.
struct command_dispatch;

struct command_dispatch_settings {
    struct command_patience patience;
    int64_t queued_timeout_ms; // from the operator's word to sending
    // Publishes; a negative return leaves the command queued, but for ERR_INVALID: it can never be
    // published, and has failed. Called on the dispatcher's thread.
    int (*publish)(const char *topic, const uint8_t *payload, size_t n, void *ctx);
    void *ctx;
    // Since when there has been a connection to the broker: a device gets a command if it has
    // reported since. Before, it may have lost its own, and the broker forgets what nobody hears.
    // NULL: whoever is online gets it. Called on the dispatcher's thread.
    int64_t (*connected_since_ms)(void *ctx);
    // Judges a `flash` whose turn has come, unless it is forced: what it means, or that it is not
    // to be sent. NULL: it means whatever the device has. Called on the store's writer.
    int (*judge_flash)(struct store_connection *connection, const char *mac,
        struct command_verdict *out, void *ctx, struct err *err);
    void *judge_ctx;
};

ERR_CHECKED int command_dispatch_start(struct store *store,
    const struct command_dispatch_settings *settings, struct command_dispatch **out,
    struct err *err);
void command_dispatch_free(struct command_dispatch *dispatch);

// Calls add() for each counter of commands that came to nothing. Any thread.
void command_dispatch_each_counter(const struct command_dispatch *dispatch,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

// Looks for due commands soon. Never blocks. Any thread.
void command_dispatch_wake(struct command_dispatch *dispatch);

// Queues a command, durably; each queued one is given to each() unless that is NULL. ERR_INVALID if
// it is none that can be given, ERR_NOT_FOUND if the device is unknown, ERR_CONFLICT if it is
// revoked.
ERR_CHECKED int command_dispatch_queue(struct command_dispatch *dispatch,
    const struct command_order *order, void (*each)(const struct command *command, void *ctx),
    void *ctx, struct err *err);

#endif
