// Commands whose device is shut out.
#include "server/command/command_end.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/command/command_list.h"
#include "server/store/command_store.h"

static int collect(const struct command *command, void *ctx)
{
    return command_list_append(ctx, command);
}

static int end(struct store_connection *connection, int64_t id, const char *why, struct err *err)
{
    struct command command;
    int rc = command_store_get(connection, id, &command, err);

    if (rc < 0)
        return rc;

    bool sent = command.sent_at_ms != 0;

    command.state = COMMAND_FAILED;
    command.ended_at_ms = clock_now_ms();
    snprintf(command.result, sizeof command.result, "%s", COMMAND_RESULT_REVOKED);
    snprintf(command.detail, sizeof command.detail, "%s %s", why,
        sent ? "after it was sent: it may be done all the same" : "before it was sent");
    return command_store_update(connection, &command, err);
}

// Those that are open are read before the first is changed: the statement goes by their state.
int command_end_revoked(struct store_connection *connection, const char *mac, const char *why,
    size_t *count, struct err *err)
{
    struct command_list open = {0};
    int rc = command_store_each_open(connection, mac, collect, &open, err);

    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for commands");
    for (size_t i = 0; rc == 0 && i < open.count; i++)
        rc = end(connection, open.items[i].id, why, err);
    *count = open.count;
    command_list_clear(&open);
    return rc;
}
