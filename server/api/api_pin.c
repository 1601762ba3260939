// Beyond which image a device must not go.
#include "server/api/api_pin.h"

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/command/command_mark.h"

void api_pin_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *image = http_request_query(request, "image");
    char mac[MAC_SIZE];
    struct audit_author by;
    struct command_mark_pin wish = {mac, image, &by};
    struct device_mark mark;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0 && image == NULL)
        rc = err_set(&err, ERR_INVALID, "image must be an image's name, or nothing to unpin");
    if (rc == 0)
        rc = command_mark_set_pin(api->store, &wish, &mark, &err);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{ss so}", "mac", mac, "pin", api_json_text(mark.pin)));
    else
        api_json_refuse(response, &err);
}
