// What lists of devices say of each beside its own members.
#include "server/api/api_device_more.h"

#include <stdint.h>

#include "server/api/api_marks.h"
#include "server/api/api_members.h"
#include "server/store/mac_key.h"

void api_device_more_read(const struct http_request *request, struct api_device_more *out)
{
    *out = (struct api_device_more){
        .marks = api_members_is_set(http_request_query(request, "marks")),
        .groups = api_members_is_set(http_request_query(request, "groups")),
    };
}

int api_device_more_open(
    struct api_device_more *more, struct store_connection *connection, struct err *err)
{
    more->connection = connection;
    return more->groups ? device_groups_open(connection, &more->judge, err) : 0;
}

void api_device_more_close(struct api_device_more *more)
{
    device_groups_close(more->judge);
    more->judge = NULL;
    more->connection = NULL;
}

static int write_groups(
    struct device_groups *groups, int64_t key, struct api_text *text, struct err *err)
{
    enum channel channel = CHANNEL_NONE;
    size_t count = 0;
    size_t i;
    int rc = device_groups_next(groups, key, 0, &i, err);

    api_text_add(text, ",\"groups\":[");
    while (rc == 0 && i != SIZE_MAX) {
        if (count++ > 0)
            api_text_add(text, ",");
        api_text_add_string(text, device_groups_name(groups, i));
        rc = device_groups_next(groups, key, i + 1, &i, err);
    }
    api_text_add(text, "],\"channel\":");
    if (rc == 0)
        rc = device_groups_channel(groups, key, &channel, err);
    api_text_add_string(text, channel != CHANNEL_NONE ? channel_name(channel) : "");
    return rc;
}

int api_device_more_write(
    struct api_device_more *more, const char *mac, struct api_text *text, struct err *err)
{
    int64_t key;
    int rc = more->marks ? api_marks_write(more->connection, mac, text, err) : 0;

    if (rc == 0 && more->groups)
        rc = mac_key_read(mac, &key, err);
    if (rc == 0 && more->groups)
        rc = write_groups(more->judge, key, text, err);
    return rc;
}
