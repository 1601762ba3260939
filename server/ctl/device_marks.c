// Groups and channels of many devices.
#include "server/ctl/device_marks.h"

#include <stdio.h>

#include "server/ctl/client.h"
#include "server/ctl/device_columns.h"
#include "server/ctl/field.h"
#include "server/ctl/url.h"

struct marks {
    struct client *client;
    json_t *by_mac; // MAC to device
};

static int note(struct marks *marks, json_t *devices, struct err *err)
{
    size_t i;
    json_t *device;

    json_array_foreach(devices, i, device)
    {
        if (json_object_set(marks->by_mac, field_text(device, "mac", ""), device) < 0 ||
            json_object_set_new(device, "groups", json_array()) < 0)
            return err_set(err, ERR_NO_MEMORY, "no memory for the list");
    }
    return 0;
}

// What becomes of a device that meets a filter.
typedef void mark_device(json_t *device, const char *word);

static void add_group(json_t *device, const char *word)
{
    json_array_append_new(json_object_get(device, "groups"), json_string(word));
}

static void set_channel(json_t *device, const char *word)
{
    json_object_set_new(device, "channel", json_string(word));
}

static int mark_all(
    struct marks *marks, const char *field, const char *word, mark_device *mark, struct err *err)
{
    struct client_request request = {.method = "GET"};
    char filter[128];
    struct url url;
    json_t *found;
    size_t i;
    json_t *device;

    snprintf(filter, sizeof filter, "%s=%s", field, word);
    url_init(&url, "/api/v1/devices");
    url_query(&url, "filter", filter);
    request.path = url_text(&url);

    int rc = client_call(marks->client, &request, &found, err);

    url_clear(&url);
    if (rc < 0)
        return rc;
    json_array_foreach(found, i, device)
    {
        json_t *known = json_object_get(marks->by_mac, field_text(device, "mac", ""));

        if (known != NULL)
            mark(known, word);
    }
    json_decref(found);
    return 0;
}

static int add_groups(struct marks *marks, struct err *err)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/groups"};
    json_t *groups;
    size_t i;
    json_t *group;
    int rc = client_call(marks->client, &request, &groups, err);

    if (rc < 0)
        return rc;
    json_array_foreach(groups, i, group)
    {
        rc = mark_all(marks, "group", field_text(group, "name", ""), add_group, err);
        if (rc < 0)
            break;
    }
    json_decref(groups);
    return rc;
}

int device_marks_add(const struct subcommand_call *call, json_t *devices, struct err *err)
{
    const char *columns = options_value(call->options, "columns");
    const char *by = options_value(call->options, "sort");
    bool groups = device_columns_name(columns, by, "group");
    bool channels = device_columns_name(columns, by, "channel");
    struct marks marks = {.by_mac = NULL};
    int rc;

    if (!groups && !channels)
        return 0;
    rc = client_open(call->socket, &marks.client, err);
    if (rc < 0)
        return rc;
    marks.by_mac = json_object();
    rc = note(&marks, devices, err);
    if (rc == 0 && groups)
        rc = add_groups(&marks, err);
    if (rc == 0 && channels)
        rc = mark_all(&marks, "channel", "stable", set_channel, err);
    if (rc == 0 && channels)
        rc = mark_all(&marks, "channel", "beta", set_channel, err);
    json_decref(marks.by_mac);
    client_close(marks.client);
    return rc;
}
