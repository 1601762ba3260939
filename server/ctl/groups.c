// `secureesp groups`: filters with names.
#include "server/ctl/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

static const struct option_rule force_options[] = {
    {"force", OPTION_FLAG, NULL, "even if devices change their channel and are stranded"},
    {0},
};

static const struct table_column columns[] = {
    {"GROUP", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SET", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"BY", TABLE_LEFT, TABLE_CUT_END, 8},
    {"CHANNEL", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"FILTER", TABLE_LEFT, TABLE_CUT_END, 20},
};

static void add_group(struct table *table, const json_t *group, int64_t now_ms)
{
    char age[TEXT_SHORT_SIZE];

    field_age(group, "set_at_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, field_text(group, "name", ""));
    table_add(table, TABLE_PLAIN, age);
    table_add(table, TABLE_PLAIN, field_text(group, "set_by", ""));
    table_add(table, TABLE_PLAIN, field_text(group, "channel", ""));
    table_add(table, TABLE_PLAIN, field_text(group, "filter", ""));
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_group};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/groups", show_list, err);
}

static int show_set(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: %s", field_text(answer, "name", "-"), field_text(answer, "filter", "-"));
    return SUBCOMMAND_OK;
}

static int run_set(const struct subcommand_call *call, struct err *err)
{
    json_t *body = json_pack(
        "{s:s, s:s}", "name", call->options->arguments[0], "filter", call->options->arguments[1]);
    char *text = json_dumps(body, JSON_COMPACT);
    struct client_request request = {.method = "POST",
        .path = options_has(call->options, "force") ? "/api/v1/groups?force=1" : "/api/v1/groups",
        .body = (const uint8_t *)text,
        .type = "application/json",
        .once = true};

    json_decref(body);
    if (text == NULL)
        return subcommand_misuse(err, "a group's name and filter must be UTF-8");
    request.size_bytes = strlen(text);

    int rc = present_request(call, &request, show_set, err);

    free(text);
    return rc;
}

static int show_removed(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: removed; its devices stay as they are", field_text(answer, "name", "-"));
    return SUBCOMMAND_OK;
}

// POST /api/v1/groups/NAME/ACTION
static int change(
    const struct subcommand_call *call, const char *action, present_show *show, struct err *err)
{
    struct url url;
    struct client_request request = {.method = "POST"};

    url_init(&url, "/api/v1/groups");
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, action);
    if (strcmp(action, "channel") == 0)
        url_query(&url, "channel", call->options->arguments[1]);
    if (options_has(call->options, "force"))
        url_query(&url, "force", "1");
    request.path = url_text(&url);

    int rc = present_request(call, &request, show, err);

    url_clear(&url);
    return rc;
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    return change(call, "remove", show_removed, err);
}

static int show_channel(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    if (field_has(answer, "channel"))
        text_line(stdout, "%s: its devices follow %s, unless something else is said of one",
            field_text(answer, "name", "-"), field_text(answer, "channel", "-"));
    else
        text_line(stdout, "%s: says nothing of channels", field_text(answer, "name", "-"));
    return SUBCOMMAND_OK;
}

static int run_channel(const struct subcommand_call *call, struct err *err)
{
    return change(call, "channel", show_channel, err);
}

const struct subcommand groups_subcommands[] = {
    {"groups", "list", "[--json]", "list groups of devices", NULL, 0, 0, run_list},
    {"groups", "set", "NAME FILTER [--force] [--json]",
        "give a filter of devices a name, or a name another", force_options, 2, 2, run_set},
    {"groups", "channel", "NAME stable|beta|none [--force] [--json]",
        "let devices of a group follow a channel", force_options, 2, 2, run_channel},
    {"groups", "remove", "NAME [--force] [--json]", "forget a group, not its devices",
        force_options, 1, 1, run_remove},
    {0},
};
