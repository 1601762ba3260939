// `secureesp groups`: filters with names.
#include "server/ctl/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/confirm.h"
#include "server/ctl/field.h"
#include "server/ctl/groups_show.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/selection.h"
#include "server/ctl/url.h"

#define MEMBERS_SIZE 128 // of a filter that names a group

static const struct option_rule change_options[] = {
    {"yes", OPTION_FLAG, NULL, "do not ask"},
    {"force", OPTION_FLAG, NULL, "even if devices change their channel and are stranded"},
    {0},
};

static const struct option_rule removal_options[] = {
    {"yes", OPTION_FLAG, NULL, "do not ask"},
    {"force", OPTION_FLAG, NULL,
        "even if devices change their channel and are stranded, or a webhook asks for it"},
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

// The group of that name; *out is NULL if there is none.
static int find_group(struct client *client, const char *name, json_t **out, struct err *err)
{
    struct url url;
    struct client_request request = {.method = "GET"};

    *out = NULL;
    url_init(&url, "/api/v1/groups");
    url_segment(&url, name);
    request.path = url_text(&url);

    int rc = client_call(client, &request, out, err);

    url_clear(&url);
    if (rc != ERR_NOT_FOUND)
        return rc;
    *err = (struct err){0};
    return 0;
}

// How many devices are in a group, and of these how many meet the filters as well (NULL: all).
static int count_members(struct client *client, const json_t *group, const json_t *filters,
    int64_t *out, struct err *err)
{
    char members[MEMBERS_SIZE];

    snprintf(members, sizeof members, "group=%s", field_text(group, "name", ""));
    return selection_count(client, filters, members, out, err);
}

// On standard error: what is about to be set for whoever is in the group by then.
static void tell_rollouts(const json_t *group)
{
    size_t i;
    json_t *name;

    json_array_foreach(json_object_get(json_object_get(group, "used_by"), "rollouts"), i, name)
    {
        text_line(
            stderr, "rollout %s brings its devices another config.json", json_string_value(name));
    }
}

// How many devices meet a new filter, and how many of a group do not.
static int count_set(struct client *client, const char *name, const char *filter,
    struct confirm_group *out, struct err *err)
{
    json_t *filters = json_pack("[s]", filter);
    json_t *group = NULL;
    int64_t before = 0;
    int64_t stay = 0;
    int rc = filters == NULL ? err_set(err, ERR_INVALID, "a filter must be UTF-8")
                             : selection_count(client, filters, "", &out->devices, err);

    if (rc == 0)
        rc = find_group(client, name, &group, err);
    out->is_there = group != NULL;
    tell_rollouts(group);
    if (rc == 0 && out->is_there)
        rc = count_members(client, group, NULL, &before, err);
    if (rc == 0 && out->is_there)
        rc = count_members(client, group, filters, &stay, err);
    out->leave = before > stay ? before - stay : 0;
    json_decref(group);
    json_decref(filters);
    return rc;
}

// A name alone changes nothing: what devices get by a group is said of one that is there.
static int confirm_set(const struct subcommand_call *call, struct err *err)
{
    const char *const *arguments = call->options->arguments;
    struct confirm_group group = {0};
    struct client *client;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = count_set(client, arguments[0], arguments[1], &group, err);
    client_close(client);
    return rc < 0 ? rc : confirm_group(call, &group, "give the group this filter", err);
}

// Of a group that is there; the caller gives up *group.
static int read_group(
    const struct subcommand_call *call, json_t **group, struct confirm_group *out, struct err *err)
{
    const char *name = call->options->arguments[0];
    struct client *client;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = find_group(client, name, group, err);
    if (*group != NULL)
        rc = count_members(client, *group, NULL, &out->devices, err);
    else if (rc == 0)
        rc = err_set(
            err, ERR_NOT_FOUND, "no group \"%.40s\"; 'secureesp groups list' shows them", name);
    client_close(client);
    out->is_there = true;
    return rc;
}

static int confirm_channel(const struct subcommand_call *call, struct err *err)
{
    struct confirm_group group = {0};
    json_t *object = NULL;
    int rc = read_group(call, &object, &group, err);

    json_decref(object);
    return rc < 0 ? rc : confirm_group(call, &group, "say that of the group", err);
}

// What its removal breaks, on standard error. Whether that is more than what its devices lose.
static bool tell_users(const json_t *group)
{
    const json_t *users = json_object_get(group, "used_by");
    const json_t *webhooks = json_object_get(users, "webhooks");
    const json_t *groups = json_object_get(users, "groups");
    const json_t *rollouts = json_object_get(users, "rollouts");
    size_t i;
    json_t *user;

    if (field_has(group, "channel"))
        text_line(stderr, "devices follow channel %s by it", field_text(group, "channel", "-"));
    if (field_is_true(users, "settings"))
        text_line(stderr, "it has settings, which its devices get");
    json_array_foreach((json_t *)groups, i, user)
    {
        text_line(stderr, "group %s refers to it", json_string_value(user));
    }
    tell_rollouts(group);
    json_array_foreach((json_t *)webhooks, i, user)
    {
        text_line(stderr, "webhook %s asks for it: nothing would be sent there any more",
            json_string_value(user));
    }
    return field_is_true(users, "settings") || json_array_size(groups) > 0 ||
           json_array_size(rollouts) > 0 || json_array_size(webhooks) > 0;
}

static int confirm_removal(const struct subcommand_call *call, struct err *err)
{
    struct confirm_group group = {0};
    json_t *object = NULL;
    int rc = read_group(call, &object, &group, err);

    if (rc == 0)
        group.is_needed = tell_users(object);
    json_decref(object);
    return rc < 0 ? rc : confirm_group(call, &group, "remove the group", err);
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
    int rc = confirm_set(call, err);

    if (rc != SUBCOMMAND_OK)
        return rc;

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
    rc = present_request(call, &request, show_set, err);
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
    int rc = confirm_removal(call, err);

    return rc != SUBCOMMAND_OK ? rc : change(call, "remove", show_removed, err);
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
    int rc = confirm_channel(call, err);

    return rc != SUBCOMMAND_OK ? rc : change(call, "channel", show_channel, err);
}

const struct subcommand groups_subcommands[] = {
    {"groups", "list", "[--json]", "list groups of devices", NULL, 0, 0, run_list},
    {"groups", "show", "NAME [--json]", "show a group, and what asks for it", NULL, 1, 1,
        groups_show_run},
    {"groups", "set", "NAME FILTER [--yes] [--force] [--json]",
        "give a filter of devices a name, or a name another", change_options, 2, 2, run_set},
    {"groups", "channel", "NAME stable|beta|none [--yes] [--force] [--json]",
        "let devices of a group follow a channel", change_options, 2, 2, run_channel},
    {"groups", "remove", "NAME [--yes] [--force] [--json]", "forget a group, not its devices",
        removal_options, 1, 1, run_remove},
    {0},
};
