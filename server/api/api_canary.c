// Whether a device is a canary.
#include "server/api/api_canary.h"

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/command/command_mark.h"
#include "server/release/release_switch.h"

void api_canary_switch(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *on = http_request_query(request, "on");
    char mac[MAC_SIZE];
    struct audit_author by;
    struct command_mark_canary wish = {.mac = mac,
        .on = api_members_is_set(on),
        .by = &by,
        .forced = api_members_is_set(http_request_query(request, "force")),
        .run = release_switch_run_device};
    struct device_mark mark;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0 && on == NULL)
        rc = err_set(&err, ERR_INVALID, "on must be 1 or 0");
    if (rc == 0)
        rc = command_mark_set_canary(api->store, &wish, &mark, &err);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{ss sb}", "mac", mac, "canary", (int)mark.is_canary));
    else
        api_json_refuse(response, &err);
}
