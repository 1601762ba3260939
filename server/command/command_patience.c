// Decisions: is a command to be waited for, sent again, or given up.
#include "server/command/command_patience.h"

#include <stddef.h>
#include <string.h>

#include "common/contract.h"

// repeats: a device may do it twice without harm; it does not end with a restart.
static const struct {
    const char *name;
    enum command_patience_kind kind;
    bool restarts;
    bool repeats;
} kinds[] = {
    {CONTRACT_COMMAND_FIRMWARE, COMMAND_PATIENCE_FIRMWARE, false, true},
    {CONTRACT_COMMAND_FLASH, COMMAND_PATIENCE_FLASH, true, false},
    {CONTRACT_COMMAND_REBOOT, COMMAND_PATIENCE_REBOOT, true, false},
    {CONTRACT_COMMAND_CA, COMMAND_PATIENCE_FILE, false, true},
    {CONTRACT_COMMAND_CERT, COMMAND_PATIENCE_FILE, false, true},
    {CONTRACT_COMMAND_KEY, COMMAND_PATIENCE_FILE, false, false}, // it may be fetched once
    {CONTRACT_COMMAND_CONFIG, COMMAND_PATIENCE_FILE, false, true},
    {CONTRACT_COMMAND_WIFI, COMMAND_PATIENCE_WIFI, true, false},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

// Its row, or that of a command which nothing is known of: it is not sent again.
static size_t row_of(const char *name)
{
    size_t i = 0;

    while (i < KINDS - 1 && strcmp(kinds[i].name, name) != 0)
        i++;
    return i;
}

enum command_patience_kind command_patience_kind_of(const char *name)
{
    return kinds[row_of(name)].kind;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t end_at_ms(const struct command_patience *patience, const struct command *command)
{
    return command->sent_at_ms + patience->end_ms[command_patience_kind_of(command->name)];
}

int64_t command_patience_due(
    const struct command_patience *patience, const struct command *command, int64_t now_ms)
{
    return earlier(now_ms + patience->accept_ms, end_at_ms(patience, command));
}

// Whether this device could be sent it again at all.
static bool may_repeat(size_t row, const struct command_patience_facts *facts)
{
    if (facts->speaks_events)
        return facts->acknowledges;
    return kinds[row].repeats;
}

// Whether it has certainly not begun.
static bool is_lost(
    size_t row, const struct command *command, const struct command_patience_facts *facts)
{
    if (!facts->speaks_events)
        return facts->connected_ms != 0 && facts->connected_ms < command->sent_at_ms;
    return !kinds[row].restarts || (facts->boot_ms != 0 && facts->boot_ms < command->sent_at_ms);
}

// Whether it has reported, and had the time to take the command before. One that has come to the
// broker since gets nothing that was sent to it before.
static bool has_reported(const struct command_patience *patience, const struct command *command,
    const struct command_patience_facts *facts)
{
    int64_t due_at_ms = command->last_sent_at_ms + patience->accept_ms;

    if (facts->last_seen_ms >= due_at_ms)
        return true;
    return facts->speaks_events && facts->now_ms >= due_at_ms &&
           facts->connected_ms > command->last_sent_at_ms;
}

static const char *why(const struct command *command)
{
    if (command->accepted_at_ms != 0)
        return command->inferred
                   ? "sent, and the device has begun a download, but not ended it in time"
                   : "accepted, but the device reported no outcome in time";
    return "sent, but the device reported no outcome in time";
}

struct command_patience_decision command_patience_judge(const struct command_patience *patience,
    const struct command *command, const struct command_patience_facts *facts)
{
    struct command_patience_decision decision = {
        COMMAND_PATIENCE_WAIT, end_at_ms(patience, command), NULL};
    size_t row = row_of(command->name);

    if (facts->now_ms >= decision.due_at_ms) {
        decision.action = COMMAND_PATIENCE_END;
        decision.why = why(command);
        return decision;
    }
    if (command->accepted_at_ms != 0 || command->sends > patience->resends ||
        !may_repeat(row, facts))
        return decision;
    if (facts->online && has_reported(patience, command, facts) && is_lost(row, command, facts))
        decision.action = COMMAND_PATIENCE_AGAIN;
    else // it may report yet
        decision.due_at_ms = earlier(facts->now_ms + patience->accept_ms, decision.due_at_ms);
    return decision;
}
