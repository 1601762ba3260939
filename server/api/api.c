// The table of the operator's endpoints.
#include "server/api/api.h"

#include "server/api/api_commands.h"
#include "server/api/api_devices.h"
#include "server/api/api_images.h"
#include "server/api/api_json.h"
#include "server/api/api_keys.h"
#include "server/api/api_status.h"

static const struct http_route routes[] = {
    {HTTP_GET, "/api/v1/status", api_status_show},
    {HTTP_GET, "/api/v1/devices", api_devices_list},
    {HTTP_GET, "/api/v1/devices/:", api_devices_show},
    {HTTP_GET, "/api/v1/commands", api_commands_list},
    {HTTP_POST, "/api/v1/commands", api_commands_add},
    {HTTP_GET, "/api/v1/commands/:", api_commands_show},
    {HTTP_GET, "/api/v1/images", api_images_list},
    {HTTP_POST, "/api/v1/images", api_images_add},
    {HTTP_POST, "/api/v1/images/:/publish", api_images_publish},
    {HTTP_POST, "/api/v1/images/:/withdraw", api_images_withdraw},
    {HTTP_GET, "/api/v1/images/:/verify", api_images_verify},
    {HTTP_GET, "/api/v1/chains/:", api_images_chain},
    {HTTP_GET, "/api/v1/keys", api_keys_list},
    {HTTP_POST, "/api/v1/keys", api_keys_add},
    {0, NULL, NULL},
};

const struct http_route *api_routes(void)
{
    return routes;
}

void api_refuse(struct http_response *response, unsigned status, const char *reason)
{
    api_json_refuse_request(response, status, reason);
}
