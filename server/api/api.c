// The table of the operator's endpoints.
#include "server/api/api.h"

#include "server/api/api_commands.h"
#include "server/api/api_devices.h"
#include "server/api/api_images.h"
#include "server/api/api_json.h"
#include "server/api/api_keys.h"
#include "server/api/api_members.h"
#include "server/api/api_status.h"

// An endpoint as it is without the checks that all share.
struct endpoint {
    void (*handler)(const struct http_request *request, struct http_response *response, void *ctx);
    bool has_body;
    const struct api_member *parameters; // of its query; NULL: none
};

static const struct api_member device_filter[] = {
    {"state", API_MEMBER_TEXT}, {"image", API_MEMBER_TEXT}, {0}};
static const struct api_member of_device[] = {{"mac", API_MEMBER_TEXT}, {0}};
static const struct api_member force[] = {{"force", API_MEMBER_FLAG}, {0}};
static const struct api_member new_image[] = {{"name", API_MEMBER_TEXT},
    {"literal_name", API_MEMBER_FLAG}, {"embeds", API_MEMBER_TEXTS}, {"publish", API_MEMBER_FLAG},
    {0}};
static const struct api_member new_key[] = {{"name", API_MEMBER_TEXT}, {0}};

static void serve(const struct http_request *request, struct http_response *response, void *ctx);

// The literal ones before those that capture a segment.
static const struct http_route routes[] = {
    {HTTP_GET, "/api/v1/status", serve},
    {HTTP_GET, "/api/v1/devices", serve},
    {HTTP_GET, "/api/v1/devices/:", serve},
    {HTTP_POST, "/api/v1/devices/:/forget", serve},
    {HTTP_GET, "/api/v1/commands", serve},
    {HTTP_POST, "/api/v1/commands", serve},
    {HTTP_POST, "/api/v1/commands/cancel", serve},
    {HTTP_GET, "/api/v1/commands/:", serve},
    {HTTP_GET, "/api/v1/images", serve},
    {HTTP_POST, "/api/v1/images", serve},
    {HTTP_POST, "/api/v1/images/:/publish", serve},
    {HTTP_POST, "/api/v1/images/:/withdraw", serve},
    {HTTP_POST, "/api/v1/images/:/remove", serve},
    {HTTP_GET, "/api/v1/images/:/verify", serve},
    {HTTP_GET, "/api/v1/chains/:", serve},
    {HTTP_GET, "/api/v1/keys", serve},
    {HTTP_POST, "/api/v1/keys", serve},
    {HTTP_POST, "/api/v1/keys/:/remove", serve},
    {0, NULL, NULL},
};

// In the same order.
static const struct endpoint endpoints[] = {
    {api_status_show, false, NULL},
    {api_devices_list, false, device_filter},
    {api_devices_show, false, NULL},
    {api_devices_forget, false, force},
    {api_commands_list, false, of_device},
    {api_commands_add, true, NULL},
    {api_commands_cancel, true, NULL},
    {api_commands_show, false, NULL},
    {api_images_list, false, NULL},
    {api_images_add, true, new_image},
    {api_images_publish, false, NULL},
    {api_images_withdraw, false, force},
    {api_images_remove, false, NULL},
    {api_images_verify, false, NULL},
    {api_images_chain, false, NULL},
    {api_keys_list, false, NULL},
    {api_keys_add, true, new_key},
    {api_keys_remove, false, NULL},
};

_Static_assert(sizeof routes / sizeof routes[0] == sizeof endpoints / sizeof endpoints[0] + 1,
    "each route has its endpoint");

// Refuses what the endpoint does not know, before it is asked.
static void serve(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct endpoint *endpoint = &endpoints[http_request_route(request) - routes];
    struct api_members_query query = {.table = endpoint->parameters};
    size_t n;

    http_request_each_parameter(request, api_members_judge, &query);
    (void)http_request_body(request, &n);
    if (query.err.code == 0 && n > 0 && !endpoint->has_body)
        err_set(&query.err, ERR_INVALID, "this request takes no body");
    if (query.err.code != 0)
        api_json_refuse(response, &query.err);
    else
        endpoint->handler(request, response, ctx);
}

const struct http_route *api_routes(void)
{
    return routes;
}

void api_refuse(struct http_response *response, unsigned status, const char *reason)
{
    api_json_refuse_request(response, status, reason);
}
