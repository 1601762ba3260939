#ifndef COMMAND_ROUND_H
#define COMMAND_ROUND_H

#include <stdbool.h>
#include <stddef.h>

#include "server/command/command_dispatch.h"
#include "server/command/command_list.h"

// What one round takes through the store's jobs.
struct command_round {
    const struct command_dispatch_settings *settings;
    struct command_list commands;
    size_t published; // so many from the front were; the rest goes back,
    bool is_broken;   // but for the first of it, which never can be
    size_t held;      // so many were held back; of the first of them:
    char first_held[COMMAND_DETAIL_SIZE + 128];
};

// Store jobs; ctx is the round. This one marks its commands sent, dropping those that are queued no
// more or are held back.
ERR_CHECKED int command_round_mark_sent(
    struct store_connection *connection, void *ctx, struct err *err);

// Puts what was not published back into the queue, unless it was settled meanwhile.
ERR_CHECKED int command_round_put_back(
    struct store_connection *connection, void *ctx, struct err *err);

#endif
