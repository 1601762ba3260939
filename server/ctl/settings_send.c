// Has devices take their config.json.
#include "server/ctl/settings_send.h"

#include <stdlib.h>
#include <string.h>

#include "server/ctl/field.h"

// Adds the group's filter, which the daemon knows.
static int add_group(struct client *client, const char *group, json_t *filters, struct err *err)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/groups"};
    json_t *groups;
    json_t *it;
    size_t i;
    int rc = client_call(client, &request, &groups, err);

    if (rc < 0)
        return rc;
    json_array_foreach(groups, i, it)
    {
        if (strcmp(field_text(it, "name", ""), group) == 0)
            json_array_append(filters, json_object_get(it, "filter"));
    }
    json_decref(groups);
    return 0;
}

static int make_order(struct client *client, const json_t *answer, json_t **out, struct err *err)
{
    const char *scope = field_text(answer, "scope", "");
    const char *name = field_text(answer, "name", "");
    json_t *filters;
    int rc = 0;

    if (strcmp(scope, "device") == 0) {
        *out = json_pack("{s:s, s:s}", "mac", name, "command", "config");
        return 0;
    }
    filters = json_pack("[s]", "drifted=yes");
    if (strcmp(scope, "group") == 0)
        rc = add_group(client, name, filters, err);
    if (rc == 0)
        *out = json_pack("{s:O, s:s}", "filters", filters, "command", "config");
    json_decref(filters);
    return rc;
}

int settings_send_order(
    struct client *client, const json_t *answer, json_t **commands, struct err *err)
{
    struct client_request request = {
        .method = "POST", .path = "/api/v1/commands", .type = "application/json"};
    json_t *order = NULL;
    char *text;
    int rc = make_order(client, answer, &order, err);

    if (rc < 0)
        return rc;
    text = json_dumps(order, JSON_COMPACT);
    json_decref(order);
    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an order");
    request.body = (const uint8_t *)text;
    request.size_bytes = strlen(text);
    rc = client_call(client, &request, commands, err);
    free(text);
    return rc < 0 ? err_context(err, "the settings are changed, but nobody was told") : 0;
}
