// Which devices a subcommand means.
#include "server/ctl/selection.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/url.h"

static const struct {
    const char *option;
    const char *filter;
} shorts[] = {
    {"outdated", "image!=latest"},
    {"failed", "error!=\"\""},
    {"drifted", "drifted=yes"},
};

#define SHORTS (sizeof shorts / sizeof shorts[0])

bool selection_is_given(const struct options *options)
{
    bool given = options_has(options, "filter") || options_has(options, "group");

    for (size_t i = 0; i < SHORTS; i++)
        given = given || options_has(options, shorts[i].option);
    return given;
}

static int append(json_t *filters, const char *text, struct err *err)
{
    return json_array_append_new(filters, json_string(text)) < 0
               ? err_set(err, ERR_INVALID, "a filter must be UTF-8")
               : 0;
}

static int append_group(json_t *filters, const json_t *groups, const char *name, struct err *err)
{
    size_t i;
    json_t *group;

    json_array_foreach((json_t *)groups, i, group)
    {
        if (strcmp(field_text(group, "name", ""), name) == 0)
            return append(filters, field_text(group, "filter", ""), err);
    }
    return err_set(
        err, ERR_NOT_FOUND, "no group \"%.40s\"; 'secureesp groups list' shows them", name);
}

static int append_groups(
    const struct options *options, struct client *client, json_t *filters, struct err *err)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/groups"};
    json_t *groups;
    const char *name;
    size_t cursor = 0;
    int rc;

    if (!options_has(options, "group"))
        return 0;
    rc = client_call(client, &request, &groups, err);
    if (rc < 0)
        return rc;
    while (rc == 0 && (name = options_next(options, "group", &cursor)) != NULL)
        rc = append_group(filters, groups, name, err);
    json_decref(groups);
    return rc;
}

int selection_read(
    const struct options *options, struct client *client, json_t **filters, struct err *err)
{
    json_t *list = json_array();
    const char *text;
    size_t cursor = 0;
    int rc = 0;

    while (rc == 0 && (text = options_next(options, "filter", &cursor)) != NULL)
        rc = append(list, text, err);
    for (size_t i = 0; rc == 0 && i < SHORTS; i++) {
        if (options_has(options, shorts[i].option))
            rc = append(list, shorts[i].filter, err);
    }
    if (rc == 0)
        rc = append_groups(options, client, list, err);
    if (rc < 0)
        json_decref(list);
    else
        *filters = list;
    return rc;
}

int selection_count_at(struct client *client, const char *path, int64_t *count, struct err *err)
{
    const struct client_request request = {.method = "GET", .path = path};
    json_t *answer;
    int rc = client_call(client, &request, &answer, err);

    if (rc < 0)
        return rc;
    *count = field_integer(answer, "count", 0);
    json_decref(answer);
    return 0;
}

int selection_count(
    struct client *client, const json_t *filters, const char *more, int64_t *count, struct err *err)
{
    struct url url;
    size_t i;
    json_t *filter;
    int rc;

    url_init(&url, "/api/v1/devices/count");
    if (more[0] != '\0')
        url_query(&url, "filter", more);
    json_array_foreach((json_t *)filters, i, filter)
    {
        url_query(&url, "filter", json_string_value(filter));
    }
    rc = selection_count_at(client, url_text(&url), count, err);
    url_clear(&url);
    return rc;
}
