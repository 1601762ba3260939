// Changes of settings: asks before many devices get another config.json, and has them take it.
#include "server/ctl/settings_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/ctl/client.h"
#include "server/ctl/confirm.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/settings_scope.h"
#include "server/ctl/settings_send.h"

#define FILE_MAX 65536

// clang-format off: its versions differ in braces
#define OPTION_FLEET                                                                               \
    {                                                                                              \
        "fleet", OPTION_FLAG, NULL, "of all devices"                                               \
    }
#define OPTION_GROUP                                                                               \
    {                                                                                              \
        "group", OPTION_VALUE, "NAME", "of the devices of this group"                              \
    }
#define OPTION_YES                                                                                 \
    {                                                                                              \
        "yes", OPTION_FLAG, NULL, "do not ask before devices are to get another config.json"       \
    }
#define OPTION_DRY                                                                                 \
    {                                                                                              \
        "dry-run", OPTION_FLAG, NULL, "only say what would be"                                     \
    }
#define OPTION_SEND                                                                                \
    {                                                                                              \
        "send", OPTION_FLAG, NULL, "have those devices download it, with the command config"       \
    }
#define OPTION_FORCE                                                                               \
    {                                                                                              \
        "force", OPTION_FLAG, NULL, "also an address that nothing is known of"                     \
    }
// clang-format on

const struct option_rule settings_change_options[] = {
    OPTION_FLEET, OPTION_GROUP, OPTION_YES, OPTION_DRY, OPTION_SEND, {0}};

const struct option_rule settings_change_set_options[] = {
    OPTION_FLEET, OPTION_GROUP, OPTION_YES, OPTION_DRY, OPTION_SEND, OPTION_FORCE, {0}};

const struct option_rule settings_change_patch_options[] = {OPTION_FLEET, OPTION_GROUP, OPTION_YES,
    OPTION_DRY, OPTION_SEND, OPTION_FORCE,
    {"replace", OPTION_FLAG, NULL, "nothing else is set there any more"}, {0}};

const struct option_rule settings_change_revert_options[] = {
    OPTION_YES, OPTION_DRY, OPTION_SEND, OPTION_FORCE, {0}};

// One change: where it is posted, with what.
struct change {
    const struct subcommand_call *call;
    struct client *client;
    struct url url; // without "dry"
    char *body;     // or NULL
    size_t body_n;
};

static int post(const struct change *change, bool dry, json_t **out, struct err *err)
{
    struct url url;
    struct client_request request = {.method = "POST",
        .body = (const uint8_t *)change->body,
        .size_bytes = change->body_n,
        .type = "application/json"};
    const char *path = url_text(&change->url);
    int rc;

    url_init(&url, path != NULL ? path : "");
    url.queried = path != NULL && strchr(path, '?') != NULL;
    if (dry)
        url_query(&url, "dry", "1");
    if (options_has(change->call->options, "force"))
        url_query(&url, "force", "1");
    request.path = path != NULL ? url_text(&url) : NULL;
    rc = client_call(change->client, &request, out, err);
    url_clear(&url);
    return rc;
}

void settings_change_print_value(const json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    text_print(stdout, text != NULL ? text : "-");
    free(text);
}

// "statusinterval: 60000 -> 30000" for each member that is another; "-" is one that is not said.
static void print_members(const json_t *before, const json_t *after)
{
    json_t *all = json_object();
    const char *name;
    const json_t *value;

    if (json_is_object(before))
        json_object_update(all, (json_t *)(uintptr_t)before);
    if (json_is_object(after))
        json_object_update(all, (json_t *)(uintptr_t)after);
    json_object_foreach(all, name, value)
    {
        const json_t *was = json_object_get(before, name);
        const json_t *is = json_object_get(after, name);

        if (was == is || json_equal(was, is))
            continue;
        fputs("  ", stdout);
        text_print(stdout, name);
        fputs(": ", stdout);
        settings_change_print_value(was);
        fputs(" -> ", stdout);
        settings_change_print_value(is);
        putchar('\n');
    }
    json_decref(all);
}

static void print_outcome(const json_t *answer, bool is_made)
{
    long long different = field_integer(answer, "different", 0);
    long long devices = field_integer(answer, "devices", 0);
    // "1 of 3 devices is", "0 of 1 device is"
    const char *get =
        is_made ? (different == 1 || devices == 1 ? "is to have" : "are to have") : "would get";

    text_print(stdout, field_text(answer, "scope", "-"));
    if (field_has(answer, "name"))
        text_line(stdout, " %s:", field_text(answer, "name", "-"));
    else
        fputs(":\n", stdout);
    print_members(json_object_get(answer, "before"), json_object_get(answer, "after"));
    printf("%lld of %lld device%s %s another config.json\n", different, devices,
        devices == 1 ? "" : "s", get);
    if (is_made && field_has(answer, "number"))
        printf("change %lld\n", (long long)field_integer(answer, "number", 0));
    (void)fflush(stdout); // before a question
}

static bool is_of_device(const json_t *answer)
{
    return strcmp(field_text(answer, "scope", ""), "device") == 0;
}

// A device alone is not asked about.
static bool has_to_ask(const struct change *change, const json_t *answer)
{
    return !is_of_device(answer) && field_integer(answer, "different", 0) > 0 &&
           !options_has(change->call->options, "yes");
}

// Whether it is to be made. SUBCOMMAND_OK, SUBCOMMAND_USAGE or an error, as confirm_change().
static int ask(const struct change *change, const json_t *answer, struct err *err)
{
    char line[80];

    if (!has_to_ask(change, answer))
        return SUBCOMMAND_OK;
    if (!isatty(STDIN_FILENO))
        return subcommand_misuse(
            err, "nothing was changed: without a terminal to ask at, --yes says that they shall");
    fputs("shall they? [y/N] ", stderr);
    (void)fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL || !confirm_is_yes(line))
        return err_set(err, ERR_CONFLICT, "nothing was done");
    return SUBCOMMAND_OK;
}

static void print_next(const json_t *answer)
{
    char whom[sizeof "--filter drifted=yes"] = "--filter drifted=yes";

    if (is_of_device(answer))
        snprintf(whom, sizeof whom, "%s", field_text(answer, "name", "MAC"));
    text_line(stdout, "it is taken with the command config, and used from the next restart on:");
    text_line(stdout, "  secureesp command %s config", whom);
    text_line(stdout, "  secureesp command %s reboot", whom);
}

// Tells how devices come by it, or has them.
static int follow(const struct change *change, json_t *answer, struct err *err)
{
    json_t *commands = NULL;
    int rc = 0;

    if (options_has(change->call->options, "send"))
        rc = settings_send_order(change->client, answer, &commands, err);
    else if (!change->call->json && field_integer(answer, "different", 0) > 0)
        print_next(answer);
    if (commands != NULL && !change->call->json)
        printf("config is ordered for %zu; they use it after their next restart\n",
            json_is_array(commands) ? json_array_size(commands) : 1);
    if (commands != NULL)
        json_object_set(answer, "commands", commands);
    json_decref(commands);
    return rc;
}

// --- the change

static int make(const struct change *change, struct err *err)
{
    json_t *answer;
    int rc = post(change, false, &answer, err);

    if (rc < 0)
        return rc;
    if (!change->call->json)
        print_outcome(answer, true);
    rc = follow(change, answer, err);
    if (rc == 0 && change->call->json)
        rc = output_json(json_incref(answer), err);
    json_decref(answer);
    return rc;
}

// Asks the daemon first what would be. Takes the change.
static int run(struct change *change, struct err *err)
{
    bool dry = options_has(change->call->options, "dry-run");
    json_t *answer = NULL;
    int rc = client_open(change->call->target, &change->client, err);

    if (rc == 0) {
        rc = post(change, true, &answer, err);
        if (rc == 0 && dry && change->call->json)
            rc = output_json(json_incref(answer), err);
        else if (rc == 0 && (dry || has_to_ask(change, answer)) && !change->call->json)
            print_outcome(answer, false);
        if (rc == 0 && !dry)
            rc = ask(change, answer, err);
        if (rc == SUBCOMMAND_OK && !dry)
            rc = make(change, err);
        client_close(change->client);
    }
    json_decref(answer);
    url_clear(&change->url);
    free(change->body);
    return rc;
}

static void begin(
    struct change *change, const struct subcommand_call *call, const struct settings_scope *scope)
{
    *change = (struct change){.call = call};
    url_init(&change->url, "/api/v1/settings");
    settings_scope_add_to(scope, &change->url);
}

// "MEMBER=VALUE": JSON, else a text.
static int add_member(json_t *patch, const char *argument, struct err *err)
{
    const char *value = strchr(argument, '=');
    char *name;
    json_t *json;
    int rc;

    if (value == NULL || value == argument)
        return subcommand_misuse(err, "\"%s\" is not MEMBER=VALUE", argument);
    json = json_loads(value + 1, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL)
        json = json_string(value + 1);
    name = strndup(argument, (size_t)(value - argument));
    if (name != NULL && json_object_get(patch, name) != NULL) {
        rc = subcommand_misuse(err, "\"%.60s\" is given twice", name);
        json_decref(json);
    } else if (name == NULL || json_object_set_new(patch, name, json) < 0) {
        rc = subcommand_misuse(err, "a member and its value must be UTF-8");
    } else {
        rc = SUBCOMMAND_OK;
    }
    free(name);
    return rc;
}

int settings_change_run_set(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    struct settings_scope scope;
    struct change change;
    json_t *patch = json_object();
    int rc = settings_scope_read(options, true, &scope, err);

    if (rc == SUBCOMMAND_OK && options->argument_count == scope.used)
        rc = subcommand_misuse(err, "give MEMBER=VALUE");
    for (size_t i = scope.used; rc == SUBCOMMAND_OK && i < options->argument_count; i++)
        rc = add_member(patch, options->arguments[i], err);
    if (rc == SUBCOMMAND_OK) {
        begin(&change, call, &scope);
        change.body = json_dumps(patch, JSON_COMPACT);
        change.body_n = change.body != NULL ? strlen(change.body) : 0;
        rc = run(&change, err);
    }
    json_decref(patch);
    return rc;
}

int settings_change_run_unset(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    struct settings_scope scope;
    struct change change;
    int rc = settings_scope_read(options, true, &scope, err);

    if (rc == SUBCOMMAND_OK && options->argument_count == scope.used)
        rc = subcommand_misuse(err, "give the members");
    if (rc != SUBCOMMAND_OK)
        return rc;
    begin(&change, call, &scope);
    for (size_t i = scope.used; i < options->argument_count; i++)
        url_query(&change.url, "unset", options->arguments[i]);
    return run(&change, err);
}

static int read_all(FILE *file, const char *name, char *text, size_t *n, struct err *err)
{
    *n = fread(text, 1, FILE_MAX, file);
    if (ferror(file))
        return err_set(err, ERR_IO, "cannot read %s", name);
    if (*n == FILE_MAX)
        return err_set(err, ERR_TOO_LARGE, "%s is too large", name);
    return 0;
}

int settings_change_read_file(const char *path, char **out, size_t *n, struct err *err)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    int rc;

    if (file == NULL)
        return err_set(err, ERR_IO, "cannot open %s: %m", path);
    *out = malloc(FILE_MAX);
    rc = *out == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for a file")
                      : read_all(file, is_input ? "standard input" : path, *out, n, err);
    if (!is_input)
        (void)fclose(file);
    if (rc < 0) {
        free(*out);
        *out = NULL;
    }
    return rc;
}

int settings_change_run_patch(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    struct settings_scope scope;
    struct change change;
    int rc = settings_scope_read(options, true, &scope, err);

    if (rc == SUBCOMMAND_OK && options->argument_count != scope.used + 1)
        rc = subcommand_misuse(err, "give one file, or - for standard input");
    if (rc != SUBCOMMAND_OK)
        return rc;
    begin(&change, call, &scope);
    if (options_has(options, "replace"))
        url_query(&change.url, "replace", "1");
    rc = settings_change_read_file(
        options->arguments[scope.used], &change.body, &change.body_n, err);
    if (rc == 0)
        return run(&change, err);
    url_clear(&change.url);
    return rc;
}

int settings_change_run_revert(const struct subcommand_call *call, struct err *err)
{
    struct change change = {.call = call};

    url_init(&change.url, "/api/v1/settings/history");
    url_segment(&change.url, call->options->arguments[0]);
    url_segment(&change.url, "revert");
    return run(&change, err);
}
