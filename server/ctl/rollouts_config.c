// Rollouts of a configuration.
#include "server/ctl/rollouts_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/settings_change.h"

static size_t count_of(const struct options *options, const char *name)
{
    size_t cursor = 0;
    size_t count = 0;

    while (options_next(options, name, &cursor) != NULL)
        count++;
    return count;
}

int rollouts_config_check(const struct options *options, struct err *err)
{
    bool is_config = options_value(options, "config") != NULL;
    bool fleet = options_has(options, "fleet");
    size_t groups = count_of(options, "group");

    if (is_config == (options_value(options, "image") != NULL))
        return subcommand_misuse(err,
            "one of --image, which the devices are to run, and --config, which changes their "
            "config.json, says what the rollout brings");
    if (!is_config && fleet)
        return subcommand_misuse(err, "--fleet goes with --config; for an image it is --all");
    if (!is_config && options_has(options, "force"))
        return subcommand_misuse(err, "--force goes with --config");
    if (!is_config)
        return SUBCOMMAND_OK;
    if (options_has(options, "all") || options_has(options, "filter"))
        return subcommand_misuse(
            err, "with --config, --fleet or --group NAME says which devices get it");
    if (fleet ? groups > 0 : groups != 1)
        return subcommand_misuse(err, "say whose settings: --fleet, or --group NAME once");
    return SUBCOMMAND_OK;
}

// A patch itself, or the name of a file with one.
static int read_patch(const char *text, json_t **out, struct err *err)
{
    json_error_t why;
    char *content = NULL;
    size_t n = strlen(text);
    int rc = 0;

    if (text[strspn(text, " \t\r\n")] != '{') {
        rc = settings_change_read_file(text, &content, &n, err);
        if (rc < 0)
            return rc;
    }
    *out = json_loadb(content != NULL ? content : text, n, JSON_REJECT_DUPLICATES, &why);
    free(content);
    if (json_is_object(*out))
        return SUBCOMMAND_OK;
    if (*out != NULL) {
        json_decref(*out);
        return subcommand_misuse(err, "--config: a patch is a JSON object, as {\"member\": value}");
    }
    return subcommand_misuse(
        err, "--config: line %d, column %d: it is no JSON object", why.line, why.column);
}

int rollouts_config_put(const struct options *options, json_t *body, struct err *err)
{
    bool fleet = options_has(options, "fleet");
    size_t cursor = 0;
    json_t *patch = NULL;
    int rc = read_patch(options_value(options, "config"), &patch, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    json_object_set_new(body, "config", patch);
    json_object_set_new(body, "scope", json_string(fleet ? "fleet" : "group"));
    if (!fleet && json_object_set_new(
                      body, "group", json_string(options_next(options, "group", &cursor))) < 0)
        return subcommand_misuse(err, "what is given must be UTF-8");
    if (options_has(options, "force"))
        json_object_set_new(body, "force", json_true());
    return SUBCOMMAND_OK;
}

void rollouts_config_name(const json_t *rollout, char out[ROLLOUTS_CONFIG_WHAT_SIZE])
{
    const json_t *config = json_object_get(rollout, "config");

    if (!json_is_object(config)) {
        snprintf(out, ROLLOUTS_CONFIG_WHAT_SIZE, "%s", field_text(rollout, "image", "-"));
        return;
    }
    snprintf(out, ROLLOUTS_CONFIG_WHAT_SIZE, "config.json of %s%s%s",
        field_text(config, "scope", "-"), field_has(config, "name") ? " " : "",
        field_text(config, "name", ""));
}

static void print_patch(const json_t *rollout)
{
    fputs("patch     ", stdout);
    settings_change_print_value(json_object_get(json_object_get(rollout, "config"), "patch"));
    putchar('\n');
}

void rollouts_config_print(const json_t *rollout)
{
    char what[ROLLOUTS_CONFIG_WHAT_SIZE];

    rollouts_config_name(rollout, what);
    text_line(stdout, "brings    %s", what);
    print_patch(rollout);
}

void rollouts_config_print_plan(const json_t *plan)
{
    char what[ROLLOUTS_CONFIG_WHAT_SIZE];

    rollouts_config_name(plan, what);
    text_line(stdout, "%s to %lld device%s; %lld more get the same as before, %lld revoked", what,
        (long long)field_integer(plan, "count", 0), field_integer(plan, "count", 0) == 1 ? "" : "s",
        (long long)field_integer(plan, "current", 0), (long long)field_integer(plan, "revoked", 0));
    print_patch(plan);
}

void rollouts_config_print_aborted(const json_t *rollout)
{
    int64_t updated = field_integer(json_object_get(rollout, "devices"), "updated", 0);

    text_line(stdout, "what it brought is not set: all are to run what they ran before");
    if (updated > 0)
        text_line(stdout,
            updated == 1 ? "%lld device runs it and counts as drifted; 'secureesp command "
                           "--drifted config', then 'secureesp command --drifted reboot' bring it "
                           "back"
                         : "%lld devices run it and count as drifted; 'secureesp command "
                           "--drifted config', then 'secureesp command --drifted reboot' bring "
                           "them back",
            (long long)updated);
}
