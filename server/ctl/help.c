// `secureesp help`.
#include "server/ctl/help.h"

#include <stdio.h>

#include "server/ctl/registry.h"
#include "server/ctl/usage.h"

static int run_help(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    char *words[2]; // as main() has them
    int used = 0;

    if (options->argument_count == 0) {
        usage_print_all(stdout);
        return SUBCOMMAND_OK;
    }
    for (size_t i = 0; i < options->argument_count; i++)
        words[i] = (char *)options->arguments[i];

    const struct subcommand *command = registry_find(words, (int)options->argument_count, &used);

    if (!registry_has_group(words[0]))
        return subcommand_misuse(err, "unknown command \"%s\"", words[0]);
    if (command == NULL || (size_t)used != options->argument_count || command->verb == NULL)
        usage_print_group(stdout, words[0]);
    else
        usage_print_command(stdout, command);
    return SUBCOMMAND_OK;
}

const struct subcommand help_subcommands[] = {
    {"help", NULL, "[COMMAND [SUBCOMMAND]]", "show how to use the program or a command", NULL, 0, 2,
        run_help},
    {0},
};
