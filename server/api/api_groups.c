// Groups: filters with names.
#include "server/api/api_groups.h"

#include <stdio.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_channel.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/api/api_members.h"
#include "server/api/api_once.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/release/release_switch.h"
#include "server/select/select_parse.h"
#include "server/select/select_value.h"
#include "server/settings/settings_group.h"
#include "server/store/group_store.h"
#include "server/store/group_tree.h"
#include "server/store/group_use.h"

static const struct api_member members[] = {
    {"name", API_MEMBER_TEXT},
    {"filter", API_MEMBER_TEXT},
    {0},
};

static bool is_forced(const struct http_request *request)
{
    return api_members_is_set(http_request_query(request, "force"));
}

static json_t *describe(const struct device_group *group)
{
    return json_pack("{ss so so sI so}", "name", group->name, "filter",
        api_json_text(group->filter), "set_by", api_json_text(group->set_by), "set_at_ms",
        (json_int_t)group->set_at_ms, "channel", api_json_text(channel_name(group->channel)));
}

static int append(const struct device_group *group, void *ctx)
{
    api_json_append(ctx, describe(group));
    return 0;
}

// An api_list_read.
static int read_list(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    (void)ctx;
    return group_store_each(connection, append, list, err);
}

void api_groups_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    api_list_send(ctx, read_list, NULL, response);
}

struct users {
    json_t *lists[GROUP_USER_COUNT];
};

static int append_user(enum group_user user, const char *name, void *ctx)
{
    struct users *users = ctx;

    api_json_append(&users->lists[user], json_string(name));
    return 0;
}

// Adds what asks for the group.
static int add_users(
    struct store_connection *connection, const char *group, json_t **object, struct err *err)
{
    struct users users = {{json_array(), json_array(), json_array(), json_array()}};
    int rc = group_use_each(connection, group, append_user, &users, err);
    json_t *used_by = json_object();
    bool has_settings = json_array_size(users.lists[GROUP_USER_SETTINGS]) > 0;

    api_json_set(&used_by, "groups", users.lists[GROUP_USER_GROUP]);
    api_json_set(&used_by, "webhooks", users.lists[GROUP_USER_WEBHOOK]);
    api_json_set(&used_by, "rollouts", users.lists[GROUP_USER_ROLLOUT]);
    api_json_set(&used_by, "settings", json_boolean(has_settings));
    json_decref(users.lists[GROUP_USER_SETTINGS]);
    api_json_set(object, "used_by", used_by);
    return rc;
}

void api_groups_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct device_group group;
    json_t *object = NULL;
    struct err err = {0};
    int rc = store_read_begin(api->store, &connection, &err);

    if (rc == 0) {
        rc = group_store_get(connection, http_request_segment(request, 0), &group, &err);
        object = rc == 0 ? describe(&group) : NULL;
        if (rc == 0)
            rc = add_users(connection, group.name, &object, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0) {
        api_json_send(response, 200, object);
        return;
    }
    json_decref(object);
    api_json_refuse(response, &err);
}

static int read_group(const json_t *body, struct device_group *out, struct err *err)
{
    const char *name = json_string_value(json_object_get(body, "name"));
    const char *filter = json_string_value(json_object_get(body, "filter"));
    struct select_tree tree;

    if (name == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"name\"");
    if (!select_value_is_tag(name) || api_members_is_dots(name))
        return err_set(err, ERR_INVALID,
            "\"%.40s\" is no name of a group: 1 to %d letters, digits, '.', '_' or '-', "
            "not '.' or '..' alone",
            name, SELECT_VALUE_TAG_MAX);
    if (filter == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"filter\"");

    int rc = select_parse(filter, &tree, err);

    if (rc < 0)
        return rc;
    snprintf(out->name, sizeof out->name, "%s", name);
    snprintf(out->filter, sizeof out->filter, "%s", filter);
    return 0;
}

static int put_checked(
    struct store_connection *connection, struct device_group *group, struct err *err)
{
    group->set_at_ms = clock_now_ms(); // here, since the writer also moves the clock

    int rc = group_store_put(connection, group, err);

    // First the one that is set: of those in a loop, it is the one that its author knows.
    if (rc == 0)
        rc = group_tree_check(connection, group, err);
    return rc < 0 ? rc : group_tree_check_all(connection, err);
}

struct putting {
    const struct api *api;
    struct device_group group;
};

// A store_job.
static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    struct putting *putting = ctx;
    struct device_group *group = &putting->group;
    struct device_group old;
    int rc = group_store_get(connection, group->name, &old, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    group->channel = rc == 0 ? old.channel : CHANNEL_NONE;
    rc = put_checked(connection, group, err);
    return rc < 0 ? rc : settings_group_judge(putting->api->settings, connection, group->name, err);
}

// An api_once_describe.
static int describe_put(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err)
{
    const struct putting *putting = ctx;

    (void)connection;
    (void)err;
    *out = describe(&putting->group);
    return 0;
}

void api_groups_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    struct putting putting = {.api = api};
    struct device_group *group = &putting.group;
    struct err err = {0};
    json_t *body = NULL;
    struct audit_author by;
    struct audit_change change = {.by = &by,
        .verb = "set",
        .kind = AUDIT_GROUP,
        .object = group->name,
        .forced = is_forced(request)};
    struct api_once_answer answer = {200, describe_put, &putting};
    int rc = api_members_read(p, n, members, &body, &err);

    api_once_answer_by(request, &answer);
    api_author_of(request, &by);
    snprintf(group->set_by, sizeof group->set_by, "%s", by.who);
    if (rc == 0)
        rc = read_group(body, group, &err);
    json_decref(body);
    if (rc == 0)
        rc = release_switch_run(api->store, &change, put, &putting, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "group set name=%s by=\"%s\" filter=\"%s\"", group->name, group->set_by,
        group->filter);
    api_json_send(response, 200, describe(group));
}

// A store_job.
static int set_channel(struct store_connection *connection, void *ctx, struct err *err)
{
    struct putting *putting = ctx;
    struct device_group *group = &putting->group;
    struct device_group wish = *group;
    int rc = group_store_get(connection, wish.name, group, err);

    group->channel = wish.channel;
    memcpy(group->set_by, wish.set_by, sizeof group->set_by);
    if (rc == 0)
        rc = put_checked(connection, group, err);
    return rc < 0 ? rc : settings_group_judge_channels(putting->api->settings, connection, err);
}

void api_groups_follow(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct putting putting = {.api = api};
    struct device_group *group = &putting.group;
    struct audit_author by;
    struct audit_change change = {.by = &by,
        .verb = "channel",
        .kind = AUDIT_GROUP,
        .object = group->name,
        .forced = is_forced(request)};
    struct err err = {0};
    int rc = api_channel_read(request, &group->channel, &err);

    api_author_of(request, &by);
    snprintf(group->name, sizeof group->name, "%s", http_request_segment(request, 0));
    snprintf(group->set_by, sizeof group->set_by, "%s", by.who);
    if (rc == 0)
        rc = release_switch_run(api->store, &change, set_channel, &putting, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "group channel name=%s channel=%s forced=%d by=\"%s\"", group->name,
        group->channel != CHANNEL_NONE ? channel_name(group->channel) : "none", change.forced,
        by.who);
    api_json_send(response, 200, describe(group));
}

struct taking {
    const char *name;
    bool force;
};

// A store_job. What asks for the group stands in the way also once it is gone.
static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct taking *taking = ctx;
    int rc = group_store_remove(connection, taking->name, err);

    return rc < 0 ? rc : group_use_check_removal(connection, taking->name, taking->force, err);
}

void api_groups_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *name = http_request_segment(request, 0);
    struct taking taking = {name, is_forced(request)};
    struct audit_author by;
    struct audit_change change = {
        .by = &by, .verb = "remove", .kind = AUDIT_GROUP, .object = name, .forced = taking.force};
    struct err err = {0};

    api_author_of(request, &by);
    if (release_switch_run(api->store, &change, take, &taking, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "group removed name=%s forced=%d by=\"%s\"", name, taking.force, by.who);
    api_json_send(response, 200, json_pack("{ss sb}", "name", name, "removed", 1));
}
