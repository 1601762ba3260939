// `secureesp command`: what devices are told to do.
#include "server/ctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/ctl/command_recall.h"
#include "server/ctl/command_send.h"
#include "server/ctl/command_table.h"
#include "server/ctl/listing.h"
#include "server/ctl/pages.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define USUAL 100 // of a list; its option says so

static const struct option_rule send_options[] = {
    {"all", OPTION_FLAG, NULL, "send it to every device"},
    {"filter", OPTION_LIST, "FILTER", "to devices that meet it: see FILTERS in secureesp(1)"},
    {"group", OPTION_LIST, "NAME", "to devices of this group"},
    {"outdated", OPTION_FLAG, NULL, "to devices that may have a newer image"},
    {"failed", OPTION_FLAG, NULL, "to devices that report an error"},
    {"drifted", OPTION_FLAG, NULL, "to devices that do not run the config.json that they should"},
    {"yes", OPTION_FLAG, NULL, "do not ask"},
    {"wait", OPTION_MAYBE, "SECONDS", "wait until it has ended, at most this long (300)"},
    {"force", OPTION_FLAG, NULL, "send flash, whatever the device has downloaded"},
    {0},
};

static int show_table(const struct subcommand_call *call, const json_t *commands, struct err *err)
{
    return listing_print(call, command_table_new(commands, clock_system_ms()), err);
}

static int show_one(const struct subcommand_call *call, const json_t *command, struct err *err)
{
    json_t *list = json_pack("[O]", command);

    if (list == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the answer");

    int rc = show_table(call, list, err);

    json_decref(list);
    return rc;
}

static const struct option_rule list_options[] = {
    {"state", OPTION_VALUE, "STATE",
        "only those that are queued, sent, accepted, done, failed, expired, cancelled or waiting"},
    {"command", OPTION_VALUE, "NAME", "only those of this name"},
    PAGES_OPTION("100"),
    {0},
};

static int run_list(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    const char *state = options_value(options, "state");
    const char *name = options_value(options, "command");
    struct url url;
    char mac[MAC_SIZE] = "";
    int64_t max;

    if (options->argument_count > 0 &&
        subcommand_read_mac(options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (pages_read_limit(options, USUAL, &max, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (mac[0] != '\0') {
        int rc = present_check(call, "/api/v1/devices", mac, err);

        if (rc < 0)
            return rc;
    }
    url_init(&url, "/api/v1/commands");
    if (mac[0] != '\0')
        url_query(&url, "mac", mac);
    if (state != NULL)
        url_query(&url, "state", state);
    if (name != NULL)
        url_query(&url, "command", name);
    return pages_show_listing(call, &url, max, &command_table_listing, err);
}

static int run_show(const struct subcommand_call *call, struct err *err)
{
    const char *given = call->options->arguments[0];
    char path[64];
    char *end;

    errno = 0;

    long long id = strtoll(given, &end, 10);

    if (errno != 0 || end == given || *end != '\0' || id < 0)
        return subcommand_misuse(err, "\"%s\" is not a command number", given);
    snprintf(path, sizeof path, "/api/v1/commands/%lld", id);
    return present_get(call, path, show_one, err);
}

const struct subcommand commands_subcommands[] = {
    {"command", NULL,
        "MAC...|--all|--filter FILTER|--group NAME|--outdated|--failed|--drifted NAME [--yes] "
        "[--wait[=SECONDS]] "
        "[--force] [--json]",
        "tell devices to do something: firmware, flash, reboot, ca, cert, key, config",
        send_options, 1, 1001, command_send_run},
    {"command", "cancel", "ID|MAC... [--json]",
        "cancel commands: by number, or all of a device that have not ended", NULL, 1, 1000,
        command_recall_run},
    {"command", "list", "[MAC] [--state STATE] [--command NAME] [--limit N] [--json]",
        "list the newest commands", list_options, 0, 1, run_list},
    {"command", "show", "ID [--json]", "show one command", NULL, 1, 1, run_show},
    {0},
};
