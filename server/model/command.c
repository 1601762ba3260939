// Commands: their states and names.
#include "server/model/command.h"

#include <stddef.h>
#include <string.h>

#include "common/contract.h"

static const char *const state_names[COMMAND_STATE_COUNT] = {
    [COMMAND_QUEUED] = "queued",
    [COMMAND_SENT] = "sent",
    [COMMAND_DONE] = "done",
    [COMMAND_FAILED] = "failed",
    [COMMAND_EXPIRED] = "expired",
    [COMMAND_CANCELLED] = "cancelled",
    [COMMAND_WAITING] = "waiting",
};

static const char *const known_names[] = {
    CONTRACT_COMMAND_FIRMWARE,
    CONTRACT_COMMAND_FLASH,
    CONTRACT_COMMAND_REBOOT,
    CONTRACT_COMMAND_CA,
    CONTRACT_COMMAND_CERT,
    CONTRACT_COMMAND_KEY,
    CONTRACT_COMMAND_CONFIG,
};

const char *command_state_name(enum command_state state)
{
    return (unsigned)state < COMMAND_STATE_COUNT ? state_names[state] : "unknown";
}

const char *command_word(const struct command *command)
{
    if (command->state == COMMAND_SENT && command->accepted_at_ms != 0)
        return "accepted";
    return command_state_name(command->state);
}

bool command_state_is_end(enum command_state state)
{
    return state != COMMAND_QUEUED && state != COMMAND_SENT && state != COMMAND_WAITING;
}

bool command_name_is_known(const char *name)
{
    for (size_t i = 0; i < sizeof known_names / sizeof known_names[0]; i++) {
        if (strcmp(known_names[i], name) == 0)
            return true;
    }
    return false;
}
