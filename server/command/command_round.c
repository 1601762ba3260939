// What a round of the dispatcher makes of its commands in the store.
#include "server/command/command_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/command/command_patience.h"
#include "server/store/command_store.h"
#include "server/store/mark_store.h"

// Ends a command that is not to be sent.
static void hold_back(struct command_round *round, struct command *command,
    const struct command_verdict *verdict, int64_t now_ms)
{
    command->state = COMMAND_FAILED;
    memcpy(command->result, verdict->result, sizeof command->result);
    memcpy(command->detail, verdict->detail, sizeof command->detail);
    command->ended_at_ms = now_ms;
    if (round->held++ == 0)
        snprintf(round->first_held, sizeof round->first_held,
            "id=%lld mac=%s command=%s reason=\"%s\"", (long long)command->id, command->mac,
            command->name, command->detail);
}

// Nothing is changed on a device that is held, whoever gave the command, and when.
static int judge_hold(struct store_connection *connection, const char *mac,
    struct command_verdict *verdict, struct err *err)
{
    struct device_mark mark;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc < 0 || mark.held_at_ms == 0)
        return rc;
    verdict->held = true;
    snprintf(verdict->result, sizeof verdict->result, "%s", COMMAND_RESULT_HELD);
    snprintf(verdict->detail, sizeof verdict->detail,
        "not sent: the device is held; 'secureesp devices unhold %s' ends that", mac);
    return 0;
}

// What becomes of a command whose turn has come.
static int decide(struct store_connection *connection, struct command_round *round,
    struct command *command, struct err *err)
{
    const struct command_dispatch_settings *settings = round->settings;
    int64_t now_ms = clock_now_ms(); // here, since the writer also moves the clock
    struct command_verdict verdict = {.held = false};
    int rc = judge_hold(connection, command->mac, &verdict, err);

    if (rc == 0 && !verdict.held && strcmp(command->name, CONTRACT_COMMAND_FLASH) == 0 &&
        !command->forced && settings->judge_flash != NULL) {
        rc = settings->judge_flash(connection, command->mac, &verdict, settings->judge_ctx, err);
        if (rc == 0)
            memcpy(command->image, verdict.image, sizeof command->image);
    }
    if (rc < 0)
        return rc;
    if (verdict.held) {
        hold_back(round, command, &verdict, now_ms);
        return 0;
    }
    command->state = COMMAND_SENT;
    command->last_sent_at_ms = now_ms;
    if (command->sends++ == 0)
        command->sent_at_ms = now_ms;
    command->due_at_ms = command_patience_due(&settings->patience, command, now_ms);
    return 0;
}

// Moves the i-th of a list forward, as it is now.
static void keep(struct command_list *list, size_t i, size_t place, const struct command *command)
{
    struct command_list_item item = command_list_item(command);

    memcpy(item.spelling, list->items[i].spelling, sizeof item.spelling);
    free(list->items[place].sealed);
    list->items[place] = item;
}

int command_round_mark_sent(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command_round *round = ctx;
    size_t kept = 0;

    for (size_t i = 0; i < round->commands.count; i++) {
        struct command command;
        int rc = command_store_get(connection, round->commands.items[i].id, &command, err);

        if (rc == ERR_NOT_FOUND)
            continue; // its device was forgotten
        if (rc == 0 && command.state != COMMAND_QUEUED)
            continue;
        if (rc == 0)
            rc = decide(connection, round, &command, err);
        if (rc == 0)
            rc = command_store_update(connection, &command, err);
        if (rc < 0)
            return rc;
        if (command.state != COMMAND_SENT)
            continue;
        keep(&round->commands, i, kept, &command);
        rc = command_list_read_sealed(&round->commands, kept++, connection, err);
        if (rc < 0)
            return rc;
    }
    command_list_cut(&round->commands, kept);
    return 0;
}

// What becomes of a command that was not published.
static void undo_sending(struct command *command, bool is_broken)
{
    command->state = is_broken ? COMMAND_FAILED : COMMAND_QUEUED;
    if (--command->sends == 0)
        command->sent_at_ms = 0;
    if (!is_broken)
        return;
    command->ended_at_ms = clock_now_ms();
    snprintf(command->detail, sizeof command->detail,
        "the broker accepts no message on the topic of this device or command");
}

int command_round_put_back(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct command_round *round = ctx;

    for (size_t i = round->published; i < round->commands.count; i++) {
        struct command command;
        int rc = command_store_get(connection, round->commands.items[i].id, &command, err);

        if (rc == ERR_NOT_FOUND || (rc == 0 && command.state != COMMAND_SENT))
            continue;
        if (rc < 0)
            return rc;
        undo_sending(&command, round->is_broken && i == round->published);
        rc = command_store_update(connection, &command, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}
