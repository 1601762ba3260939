// What becomes of commands that were not answered in time.
#include "server/command/command_overdue.h"

#include <stdio.h>

#include "common/result.h"
#include "server/base/clock.h"
#include "server/command/command_list.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"

#define ROUND_COMMANDS 1000 // of one transaction

static int collect(const struct command *command, void *ctx)
{
    return command_list_append(ctx, command);
}

static int gather(struct store_connection *connection, const struct command *command,
    struct command_patience_facts *facts, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, command->mac, &device, err);

    if (rc < 0)
        return rc;
    rc = command_store_acknowledges(connection, command->mac, err);
    if (rc < 0)
        return rc;
    *facts = (struct command_patience_facts){.now_ms = facts->now_ms,
        .online = device.online,
        .speaks_events = device.speaks_events,
        .acknowledges = rc > 0,
        .last_seen_ms = device.last_seen_ms,
        .boot_ms = device.boot_ms};
    if ((device.status.has & DEVICE_HAS_MQTT) != 0)
        facts->connected_ms = device.last_seen_ms - device.status.mqtt_ms;
    return 0;
}

static void expire(struct command *command, const char *why, int64_t now_ms)
{
    command->state = COMMAND_EXPIRED;
    command->ended_at_ms = now_ms;
    command->inferred = false;
    snprintf(command->result, sizeof command->result, "%s", result_name(RESULT_TIMEOUT));
    snprintf(command->detail, sizeof command->detail, "%s", why);
}

static int judge(struct store_connection *connection, struct command_overdue *overdue,
    struct command *command, struct err *err)
{
    struct command_patience_facts facts = {.now_ms = clock_now_ms()};
    int rc = gather(connection, command, &facts, err);

    if (rc < 0)
        return rc;

    struct command_patience_decision decision =
        command_patience_judge(overdue->patience, command, &facts);

    switch (decision.action) {
    case COMMAND_PATIENCE_WAIT: command->due_at_ms = decision.due_at_ms; break;
    case COMMAND_PATIENCE_AGAIN:
        command->state = COMMAND_QUEUED; // it is the oldest: it goes at once
        overdue->again++;
        break;
    case COMMAND_PATIENCE_END:
        expire(command, decision.why, facts.now_ms);
        overdue->expired++;
        break;
    }
    return command_store_update(connection, command, err);
}

// Their numbers are read before the first is changed: the statement goes by their state.
static int judge_sent(
    struct store_connection *connection, struct command_overdue *overdue, struct err *err)
{
    struct command_store_overdue which = {clock_now_ms(), ROUND_COMMANDS};
    struct command_list list = {0};
    int rc = command_store_each_overdue(connection, &which, collect, &list, err);

    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for commands");
    overdue->more = list.count == ROUND_COMMANDS;
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        struct command command;

        rc = command_store_get(connection, list.items[i].id, &command, err);
        if (rc == 0 && command.state == COMMAND_SENT)
            rc = judge(connection, overdue, &command, err);
    }
    command_list_clear(&list);
    return rc;
}

// A store_job.
static int run(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command_overdue *overdue = ctx;
    int64_t now_ms = clock_now_ms(); // here, since the writer also moves the clock

    overdue->expired = 0;
    overdue->again = 0;

    int rc = judge_sent(connection, overdue, err);

    if (rc == 0)
        rc = command_store_expire(connection, now_ms - overdue->queued_timeout_ms, now_ms, err);
    if (rc > 0)
        overdue->expired += (size_t)rc;
    return rc < 0 ? rc : 0;
}

int command_overdue_run(struct store *store, struct command_overdue *overdue, struct err *err)
{
    struct store_connection *connection;
    int64_t now_ms = clock_now_ms();
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = command_store_has_expired(connection, now_ms, now_ms - overdue->queued_timeout_ms, err);
    store_read_end(store, connection);
    return rc > 0 ? store_write(store, run, overdue, err) : rc;
}
