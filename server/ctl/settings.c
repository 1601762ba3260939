// `secureesp settings`: what devices get as config.json, layer by layer.
#include "server/ctl/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/settings_change.h"
#include "server/ctl/settings_diff.h"
#include "server/ctl/settings_scope.h"
#include "server/ctl/url.h"

#define MEMBERS_MAX 64 // of one command line

static const struct option_rule show_options[] = {
    {"fleet", OPTION_FLAG, NULL, "what is set for all devices"},
    {"group", OPTION_VALUE, "NAME", "what is set for the devices of this group"},
    {"effective", OPTION_FLAG, NULL, "what the device gets in the end, and from where"},
    {0},
};

// --- show

static const struct table_column layer_columns[] = {
    {"OF", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"CHANGE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"MEMBER", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"VALUE", TABLE_LEFT, TABLE_CUT_END, 20},
};

static const struct table_column effective_columns[] = {
    {"MEMBER", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"VALUE", TABLE_LEFT, TABLE_CUT_END, 20},
    {"FROM", TABLE_LEFT, TABLE_CUT_NEVER, 0},
};

static void add_value(struct table *table, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

    table_add(table, TABLE_PLAIN, text != NULL ? text : "");
    free(text);
}

static void add_layer(struct table *table, const json_t *layer)
{
    const char *name;
    const json_t *value;
    char number[TEXT_SHORT_SIZE];
    char of[128];

    field_number(layer, "number", number);
    snprintf(of, sizeof of, "%s%s%s", field_text(layer, "scope", ""),
        field_has(layer, "name") ? " " : "", field_text(layer, "name", ""));
    json_object_foreach(json_object_get(layer, "patch"), name, value)
    {
        table_add(table, TABLE_PLAIN, of);
        table_add(table, TABLE_PLAIN, number);
        table_add(table, TABLE_PLAIN, name);
        add_value(table, value);
    }
}

static int show_layers(const struct subcommand_call *call, const json_t *layers, struct err *err)
{
    struct settings_scope scope;
    struct table *table = table_new(layer_columns, sizeof layer_columns / sizeof layer_columns[0]);
    size_t i;
    const json_t *layer;

    if (settings_scope_read(call->options, false, &scope, err) != SUBCOMMAND_OK) {
        table_free(table);
        return SUBCOMMAND_USAGE;
    }
    json_array_foreach((json_t *)(uintptr_t)layers, i, layer)
    {
        if (settings_scope_is(&scope, layer))
            add_layer(table, layer);
    }
    return listing_print(call, table, err);
}

static void print_config(const json_t *effective)
{
    const json_t *config = json_object_get(effective, "config");

    text_line(stdout, "to run %s; runs %s (%s)%s", field_text(effective, "hash", "-"),
        field_text(config, "hash", "-"), field_text(config, "basis", "not known"),
        field_is_true(config, "drifted") ? ": it has drifted" : "");
    if (field_has(config, "fetched") &&
        strcmp(field_text(config, "fetched", ""), field_text(config, "hash", "")) != 0)
        text_line(stdout, "has downloaded %s, and uses it after its next restart",
            field_text(config, "fetched", "-"));
}

static int show_effective(
    const struct subcommand_call *call, const json_t *effective, struct err *err)
{
    struct table *table =
        table_new(effective_columns, sizeof effective_columns / sizeof effective_columns[0]);
    const json_t *from = json_object_get(effective, "from");
    const char *name;
    const json_t *value;
    int rc;

    json_object_foreach(json_object_get(effective, "values"), name, value)
    {
        table_add(table, TABLE_PLAIN, name);
        add_value(table, value);
        table_add(table, TABLE_PLAIN, field_text(from, name, ""));
    }
    rc = listing_print(call, table, err);
    if (rc == SUBCOMMAND_OK)
        print_config(effective);
    return rc;
}

static int run_show(const struct subcommand_call *call, struct err *err)
{
    struct settings_scope scope;
    struct url url;
    int rc = settings_scope_read(call->options, false, &scope, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    if (scope.scope != NULL && strcmp(scope.scope, "group") == 0)
        rc = present_check(call, "/api/v1/groups", scope.name, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    if (!options_has(call->options, "effective"))
        return present_get(call, "/api/v1/settings", show_layers, err);
    if (scope.used == 0)
        return subcommand_misuse(err, "what is effective depends on the device: give its MAC");
    url_init(&url, "/api/v1/settings/effective");
    url_segment(&url, scope.mac);
    rc = present_get(call, url_text(&url), show_effective, err);
    url_clear(&url);
    return rc;
}

// --- history

static const struct table_column history_columns[] = {
    {"CHANGE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"AGO", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"BY", TABLE_LEFT, TABLE_CUT_END, 8},
    {"OF", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"BEFORE", TABLE_LEFT, TABLE_CUT_END, 16},
    {"AFTER", TABLE_LEFT, TABLE_CUT_END, 16},
};

static void add_change(struct table *table, const json_t *change, int64_t now_ms)
{
    char text[TEXT_SHORT_SIZE];
    char of[128];

    field_number(change, "number", text);
    table_add(table, TABLE_PLAIN, text);
    field_age(change, "at_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    snprintf(of, sizeof of, field_has(change, "rollout") ? "%s, rollout %s" : "%s",
        field_text(change, "by", ""), field_text(change, "rollout", ""));
    table_add(table, TABLE_PLAIN, of);
    snprintf(of, sizeof of, "%s%s%s", field_text(change, "scope", ""),
        field_has(change, "name") ? " " : "", field_text(change, "name", ""));
    table_add(table, TABLE_PLAIN, of);
    add_value(table, json_object_get(change, "before"));
    add_value(table, json_object_get(change, "after"));
}

static int show_history(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {
        history_columns, sizeof history_columns / sizeof history_columns[0], add_change};

    return listing_show(&listing, call, answer, err);
}

static int run_history(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/settings/history", show_history, err);
}

// --- schema

static int show_schema(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    const char *name;
    const json_t *rule;

    (void)call;
    (void)err;
    json_object_foreach(json_object_get(answer, "properties"), name, rule)
    {
        text_print(stdout, name);
        fputs(": ", stdout);
        settings_change_print_value(rule);
        putchar('\n');
    }
    return SUBCOMMAND_OK;
}

static int add_schema(const struct subcommand_call *call, struct err *err)
{
    struct client_request request = {
        .method = "POST", .path = "/api/v1/settings/schema", .type = "application/json"};
    char *text;
    int rc =
        settings_change_read_file(call->options->arguments[1], &text, &request.size_bytes, err);

    if (rc < 0)
        return rc;
    request.body = (const uint8_t *)text;
    rc = present_request(call, &request, show_schema, err);
    free(text);
    return rc;
}

static int remove_schema(const struct subcommand_call *call, struct err *err)
{
    struct client_request request = {.method = "POST"};
    struct url url;

    url_init(&url, "/api/v1/settings/schema");
    url_segment(&url, call->options->arguments[1]);
    url_segment(&url, "remove");
    request.path = url_text(&url);

    int rc = present_request(call, &request, show_schema, err);

    url_clear(&url);
    return rc;
}

static int run_schema(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    const char *what = options->arguments[0];

    if (strcmp(what, "show") == 0 && options->argument_count == 1)
        return present_get(call, "/api/v1/settings/schema", show_schema, err);
    if (strcmp(what, "add") == 0 && options->argument_count == 2)
        return add_schema(call, err);
    if (strcmp(what, "remove") == 0 && options->argument_count == 2)
        return remove_schema(call, err);
    return subcommand_misuse(err, "say show, add FILE, or remove MEMBER");
}

const struct subcommand settings_subcommands[] = {
    {"settings", "show", "[--fleet|--group NAME|MAC] [--effective] [--json]",
        "show what is set of config.json, or what a device gets", show_options, 0, 1, run_show},
    {"settings", "set",
        "--fleet|--group NAME|MAC MEMBER=VALUE... [--dry-run] [--yes] [--send] [--force] [--json]",
        "set members of config.json", settings_change_set_options, 1, MEMBERS_MAX,
        settings_change_run_set},
    {"settings", "unset",
        "--fleet|--group NAME|MAC MEMBER... [--dry-run] [--yes] [--send] [--json]",
        "say nothing of members any more, so that what is set elsewhere counts",
        settings_change_options, 1, MEMBERS_MAX, settings_change_run_unset},
    {"settings", "patch",
        "--fleet|--group NAME|MAC FILE [--replace] [--dry-run] [--yes] [--send] [--force] [--json]",
        "merge a JSON merge patch into what is set", settings_change_patch_options, 1, 2,
        settings_change_run_patch},
    {"settings", "history", "[--json]", "list changes, the newest first", NULL, 0, 0, run_history},
    {"settings", "diff", "CHANGE [CHANGE] [--json]",
        "show what is another since a change, or between two", NULL, 1, 2, settings_diff_run},
    {"settings", "revert", "CHANGE [--dry-run] [--yes] [--send] [--force] [--json]",
        "make what a change has set as it was before it", settings_change_revert_options, 1, 1,
        settings_change_run_revert},
    {"settings", "schema", "show|add FILE|remove MEMBER [--json]",
        "say what the members of an app may be", NULL, 1, 2, run_schema},
    {0},
};
