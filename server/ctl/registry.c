// The table of subcommands.
#include "server/ctl/registry.h"

#include <string.h>

#include "server/ctl/audit.h"
#include "server/ctl/boards.h"
#include "server/ctl/chain.h"
#include "server/ctl/commands.h"
#include "server/ctl/devices.h"
#include "server/ctl/enrolments.h"
#include "server/ctl/events.h"
#include "server/ctl/groups.h"
#include "server/ctl/help.h"
#include "server/ctl/images.h"
#include "server/ctl/images_local.h"
#include "server/ctl/keys.h"
#include "server/ctl/pki.h"
#include "server/ctl/settings.h"
#include "server/ctl/rollouts.h"
#include "server/ctl/status.h"
#include "server/ctl/tokens.h"
#include "server/ctl/users.h"
#include "server/ctl/webhooks.h"
#include "server/ctl/wifi.h"

// In the order in which the help lists them.
static const struct subcommand *const tables[] = {
    status_subcommands,
    devices_subcommands,
    groups_subcommands,
    events_subcommands,
    enrolments_subcommands,
    commands_subcommands,
    settings_subcommands,
    wifi_subcommands,
    images_subcommands,
    images_local_subcommands,
    rollouts_subcommands,
    boards_subcommands,
    chain_subcommands,
    keys_subcommands,
    pki_subcommands,
    webhooks_subcommands,
    users_subcommands,
    tokens_subcommands,
    audit_subcommands,
    help_subcommands,
};

const struct subcommand *registry_at(size_t i)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (const struct subcommand *command = tables[t]; command->group != NULL; command++) {
            if (i-- == 0)
                return command;
        }
    }
    return NULL;
}

const struct subcommand *registry_find(char *const *words, int count, int *used)
{
    const struct subcommand *found = NULL;
    const struct subcommand *command;

    for (size_t i = 0; count > 0 && (command = registry_at(i)) != NULL; i++) {
        if (strcmp(command->group, words[0]) != 0)
            continue;
        if (command->verb == NULL) {
            found = command;
            *used = 1;
        } else if (count > 1 && strcmp(command->verb, words[1]) == 0) {
            *used = 2;
            return command;
        }
    }
    return found;
}

bool registry_has_group(const char *group)
{
    const struct subcommand *command;

    for (size_t i = 0; (command = registry_at(i)) != NULL; i++) {
        if (strcmp(command->group, group) == 0)
            return true;
    }
    return false;
}
