// secureesp: the operator's command line.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/own_memory.h"
#include "server/base/standard_streams.h"
#include "server/ctl/client_pool.h"
#include "server/ctl/json_memory.h"
#include "server/ctl/notice.h"
#include "server/ctl/reach.h"
#include "server/ctl/registry.h"
#include "server/ctl/text.h"
#include "server/ctl/usage.h"

// How many of the words are options before the command: --json, --socket PATH, --socket=PATH, and
// so --server.
static int count_leading_options(int argc, char **argv)
{
    int n = 0;

    while (n < argc && argv[n][0] == '-')
        n += strcmp(argv[n], "--socket") == 0 || strcmp(argv[n], "--server") == 0 ? 2 : 1;
    return n < argc ? n : argc;
}

static void complain(const struct err *err)
{
    fputs("secureesp: ", stderr);
    text_print(stderr, err->message);
    fputc('\n', stderr);
}

// Finds out which daemon is meant. SUBCOMMAND_OK, SUBCOMMAND_USAGE or a negative enum err.
static int find_target(const struct subcommand *command, struct subcommand_call *call,
    struct client_target *target, struct err *err)
{
    const struct client_target_words words = {
        .server_option = options_value(call->options, "server"),
        .socket_option = options_value(call->options, "socket"),
        .server_environment = getenv("SECUREESP_SERVER"),
        .socket_environment = getenv("SECUREESP_SOCKET"),
    };
    const char *socket;
    struct server_store store;

    if (client_target_choose(&words, &call->server, &socket, err) < 0)
        return SUBCOMMAND_USAGE;

    enum reach reach = reach_of(command);

    if (!reach_takes_server(command) && words.server_option != NULL)
        return subcommand_misuse(err, "it is about this machine alone, and takes no --server");
    if (reach != REACH_DAEMON && reach != REACH_MACHINE)
        return SUBCOMMAND_OK;
    if (reach == REACH_MACHINE) {
        call->server = NULL;
        socket = socket != NULL ? socket : CLIENT_TARGET_SOCKET;
    }
    server_store_find(&store);
    call->target = target;
    return client_target_resolve(&store, call->server, socket, target, err);
}

static int check_arguments(
    const struct subcommand *command, const struct options *options, struct err *err)
{
    if (options->argument_count < command->arguments_min)
        return subcommand_misuse(err, "an argument is missing: %s%s%s %s", command->group,
            command->verb != NULL ? " " : "", command->verb != NULL ? command->verb : "",
            command->synopsis);
    if (options->argument_count > command->arguments_max)
        return subcommand_misuse(
            err, "one argument too many: \"%s\"", options->arguments[command->arguments_max]);
    return SUBCOMMAND_OK;
}

static int run(const struct subcommand *command, const struct options *options, struct err *err)
{
    struct subcommand_call call = {.options = options, .json = options_has(options, "json")};
    struct client_target target = {0};
    int rc;

    if (options_has(options, "help")) {
        usage_print_command(stdout, command);
        return SUBCOMMAND_OK;
    }
    rc = check_arguments(command, options, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    terminal_describe(STDOUT_FILENO, &call.terminal);
    rc = find_target(command, &call, &target, err);
    if (rc == SUBCOMMAND_OK) {
        target.pool = client_pool_new();
        rc = command->run(&call, err);
        if (rc == SUBCOMMAND_OK)
            notice_show(&call, command);
        client_pool_free(target.pool);
    }
    explicit_bzero(&target, sizeof target);
    return rc < 0 ? SUBCOMMAND_FAILED : rc;
}

static int parse_and_run(const struct subcommand *command, int argc, char **argv)
{
    static const struct option_rule none[] = {{0}};
    const struct option_rule *const tables[] = {
        command->options != NULL ? command->options : none, usage_common_options, NULL};
    struct options options;
    struct err err = {0};
    int code;

    if (options_parse(tables, argc, argv, &options, &err) < 0) {
        code = SUBCOMMAND_USAGE;
    } else {
        code = run(command, &options, &err);
        options_clear(&options);
    }
    if (code != SUBCOMMAND_OK && err.message[0] != '\0')
        complain(&err);
    if (code == SUBCOMMAND_USAGE && strcmp(command->group, "help") == 0)
        fputs("see `secureesp help`\n", stderr);
    else if (code == SUBCOMMAND_USAGE)
        fprintf(stderr, "see `secureesp help %s`\n", command->group);
    return code;
}

// Joins the options before the command with the words behind its name.
static int dispatch(int argc, char **argv, int leading)
{
    int used = 0;
    const struct subcommand *command = registry_find(argv + leading, argc - leading, &used);

    if (command == NULL)
        return -1;
    for (int i = leading - 1; i >= 0; i--)
        argv[i + used] = argv[i];
    return parse_and_run(command, argc - used, argv + used);
}

// After the usage, where it is seen.
static void complain_of_verb(const char *group, const char *verb)
{
    fprintf(stderr, "secureesp: %s needs one of these", group);
    if (verb != NULL) {
        fputs("; there is no \"", stderr);
        text_print(stderr, verb);
        fputc('"', stderr);
    }
    fputc('\n', stderr);
}

static int misuse(int argc, char **argv, int leading)
{
    bool asked = false;

    for (int i = 0; i < argc; i++)
        asked |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;

    FILE *out = asked ? stdout : stderr;

    if (leading == argc) {
        usage_print_all(out);
    } else if (registry_has_group(argv[leading])) {
        usage_print_group(out, argv[leading]);
        if (!asked)
            complain_of_verb(argv[leading], leading + 1 < argc ? argv[leading + 1] : NULL);
    } else {
        fputs("secureesp: unknown command \"", stderr);
        text_print(stderr, argv[leading]);
        fputs("\"; see `secureesp help`\n", stderr);
        return SUBCOMMAND_USAGE;
    }
    return asked ? SUBCOMMAND_OK : SUBCOMMAND_USAGE;
}

int main(int argc, char **argv)
{
    if (!standard_streams_open())
        return SUBCOMMAND_FAILED;
    own_memory_close();
    json_memory_wipe();
    argc--;
    argv++;
    if (argc == 1 && (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0)) {
        puts("secureesp " SECUREESP_VERSION);
        return SUBCOMMAND_OK;
    }

    int leading = count_leading_options(argc, argv);
    int code = dispatch(argc, argv, leading);

    if (code < 0)
        code = misuse(argc, argv, leading);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("secureesp: cannot write to standard output\n", stderr);
        return SUBCOMMAND_FAILED;
    }
    return code;
}
