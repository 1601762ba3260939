// Usage texts, from the tables that the parser reads.
#include "server/ctl/usage.h"

#include <string.h>

#include "server/ctl/reach.h"
#include "server/ctl/registry.h"

#define HELP_COLUMN 24

const struct option_rule usage_common_options[] = {
    {"json", OPTION_FLAG, NULL, "print JSON"},
    {"server", OPTION_VALUE, "NAME",
        "the server, by its name or https://HOST:PORT (SECUREESP_SERVER, else `servers use`)"},
    {"socket", OPTION_VALUE, "PATH",
        "the daemon's socket (SECUREESP_SOCKET, else /run/secureesp/api.sock)"},
    {"help", OPTION_FLAG, NULL, "print this help"},
    {NULL, OPTION_FLAG, NULL, NULL},
};

static void print_synopsis(FILE *out, const struct subcommand *command)
{
    fprintf(out, "secureesp %s", command->group);
    if (command->verb != NULL)
        fprintf(out, " %s", command->verb);
    if (command->synopsis[0] != '\0')
        fprintf(out, " %s", command->synopsis);
}

static void print_option(FILE *out, const struct option_rule *rule)
{
    char left[64];
    bool maybe = rule->kind == OPTION_MAYBE;
    const char *join = rule->kind == OPTION_FLAG ? "" : maybe ? "[=" : " ";

    snprintf(left, sizeof left, "  --%s%s%s%s", rule->name, join,
        rule->argument != NULL ? rule->argument : "", maybe ? "]" : "");
    fprintf(out, "%-*s %s\n", HELP_COLUMN, left, rule->help);
}

bool usage_takes(const struct subcommand *command, const struct option_rule *common)
{
    return strcmp(common->name, "server") != 0 || reach_takes_server(command);
}

void usage_print_command(FILE *out, const struct subcommand *command)
{
    fputs("usage: ", out);
    print_synopsis(out, command);
    fprintf(out, "\n\n%s\n\n", command->summary);
    for (const struct option_rule *own = command->options; own != NULL && own->name != NULL; own++)
        print_option(out, own);
    for (const struct option_rule *common = usage_common_options; common->name != NULL; common++) {
        if (usage_takes(command, common))
            print_option(out, common);
    }
}

void usage_print_group(FILE *out, const char *group)
{
    const struct subcommand *command;

    fputs("usage:\n", out);
    for (size_t i = 0; (command = registry_at(i)) != NULL; i++) {
        if (strcmp(command->group, group) != 0)
            continue;
        fputs("  ", out);
        print_synopsis(out, command);
        fprintf(out, "\n      %s\n", command->summary);
    }
}

void usage_print_all(FILE *out)
{
    const struct subcommand *command;

    fputs("usage: secureesp [--server NAME | --socket PATH] COMMAND ...\n\n", out);
    for (size_t i = 0; (command = registry_at(i)) != NULL; i++) {
        char name[64];

        snprintf(name, sizeof name, "  %s%s%s", command->group, command->verb != NULL ? " " : "",
            command->verb != NULL ? command->verb : "");
        fprintf(out, "%-*s %s\n", HELP_COLUMN, name, command->summary);
    }
    fputs("\n`secureesp COMMAND --help` says more about each; all of them take --json.\n", out);
}
