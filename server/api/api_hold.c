// Whether a device is held.
#include "server/api/api_hold.h"

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_marks.h"
#include "server/api/api_switch.h"
#include "server/command/command_mark.h"
#include "server/release/release_switch.h"

void api_hold_switch(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct api_switch given;
    struct device_mark mark;
    struct err err = {0};
    int rc = api_switch_read(request, &given, &err);
    struct command_mark_hold wish = {.mac = given.mac,
        .on = given.on,
        .by = &given.by,
        .reason = http_request_query(request, "reason"),
        .forced = given.forced,
        .run = release_switch_run_device};

    if (rc == 0)
        rc = command_mark_set_hold(api->store, &wish, &mark, &err);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{ss so}", "mac", given.mac, "hold", api_marks_hold(&mark)));
    else
        api_json_refuse(response, &err);
}
