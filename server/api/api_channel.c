// Which channel a device follows.
#include "server/api/api_channel.h"

#include <string.h>

#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/release/release_channel.h"
#include "server/release/release_find.h"
#include "server/release/release_switch.h"
#include "server/store/device_channel.h"

int api_channel_read(const struct http_request *request, enum channel *out, struct err *err)
{
    const char *text = http_request_query(request, "channel");

    if (text != NULL && strcmp(text, "none") == 0)
        *out = CHANNEL_NONE;
    else if (text == NULL || !channel_parse(text, out))
        return err_set(err, ERR_INVALID, "channel must be 'stable', 'beta' or 'none'");
    return 0;
}

void api_channel_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    char mac[MAC_SIZE];
    struct audit_author by;
    struct release_switch_wish wish = {
        .mac = mac, .force = api_members_is_set(http_request_query(request, "force")), .by = &by};
    struct device_mark mark;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = api_channel_read(request, &wish.channel, &err);
    if (rc == 0)
        rc = release_switch_device(api->store, &wish, &mark, &err);
    if (rc == 0)
        api_json_send(response, 200,
            json_pack("{ss so}", "mac", mac, "channel", api_json_text(channel_name(mark.channel))));
    else
        api_json_refuse(response, &err);
}

static bool is_ahead(const struct api *api, const char *image)
{
    const struct release_catalogue *catalogue = release_hold(api->release);
    const struct release_member *member = release_find_member(catalogue, image, NULL);
    bool ahead = false;
    size_t first;

    if (member != NULL) {
        size_t n = release_find_board(catalogue, member->image.name.board, &first);

        ahead = release_channel_is_ahead(
            catalogue->members + first, n, (size_t)(member - catalogue->members) - first);
    }
    release_drop(api->release, catalogue);
    return ahead;
}

int api_channel_add_to(const struct api *api, struct store_connection *connection,
    const struct device_record *device, json_t **object, struct err *err)
{
    struct device_channel channel = {0};
    struct device_mark mark;
    int rc = mark_store_get(connection, device->mac, &mark, err);

    if (rc == 0)
        rc = device_channel_get(connection, device->mac, &mark, &channel, err);
    if (rc < 0)
        return rc;
    api_json_set(object, "channel", json_string(channel_name(channel.channel)));
    api_json_set(object, "channel_from",
        api_json_text(channel.is_own             ? "device"
                      : channel.group[0] != '\0' ? "group"
                                                 : NULL));
    api_json_set(object, "channel_group", api_json_text(channel.group));
    api_json_set(object, "ahead",
        json_boolean(channel.channel == CHANNEL_STABLE && is_ahead(api, device->status.image)));
    return 0;
}
