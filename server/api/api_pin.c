// Beyond which image a device must not go.
#include "server/api/api_pin.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/command/command_mark.h"
#include "server/release/release_follow.h"
#include "server/release/release_policy.h"
#include "server/release/release_switch.h"
#include "server/store/device_store.h"

// Whether the device comes from what it runs to that image at all.
static int check(const struct api *api, const char *mac, const char *pin, struct err *err)
{
    const struct release_catalogue *catalogue;
    struct store_connection *connection;
    struct device_record device;
    struct image_name running;
    struct image_name name;
    struct release_policy_pin wish = {.running = &running, .pin = &name};
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_get(connection, mac, &device, err);
    if (rc == 0)
        rc = release_follow_channel(connection, mac, &wish.channel, err);
    store_read_end(api->store, connection);
    if (rc < 0)
        return rc;
    if (!image_name_parse(pin, strlen(pin), &name) ||
        !image_name_parse(device.status.image, strlen(device.status.image), &running))
        return 0; // for others to judge
    catalogue = release_hold(api->release);
    rc = release_policy_check_pin(catalogue, &wish, err);
    release_drop(api->release, catalogue);
    return rc;
}

void api_pin_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *image = http_request_query(request, "image");
    char mac[MAC_SIZE];
    struct audit_author by;
    struct command_mark_pin wish = {mac, image,
        api_members_is_set(http_request_query(request, "force")), &by, release_switch_run_device};
    struct device_mark mark;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0 && image == NULL)
        rc = err_set(&err, ERR_INVALID, "image must be an image's name, or nothing to unpin");
    if (rc == 0 && !wish.forced)
        rc = check(api, mac, image, &err);
    if (rc == 0)
        rc = command_mark_set_pin(api->store, &wish, &mark, &err);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{ss so}", "mac", mac, "pin", api_json_text(mark.pin)));
    else
        api_json_refuse(response, &err);
}
