#ifndef API_CHANNEL_H
#define API_CHANNEL_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/model/device_record.h"

// Which channel a device follows.

// POST /api/v1/devices/MAC/channel?channel=stable|beta|none[&force=1]
void api_channel_set(const struct http_request *request, struct http_response *response, void *ctx);

// Reads the parameter `channel`: none is CHANNEL_NONE. ERR_INVALID.
ERR_CHECKED int api_channel_read(
    const struct http_request *request, enum channel *out, struct err *err);

// Sets a device's members `channel`, `channel_from` ("device", "group" or null), `channel_group`
// and `ahead`: that its image is published in beta, it follows stable, and stable has nothing
// newer.
ERR_CHECKED int api_channel_add_to(const struct api *api, struct store_connection *connection,
    const struct device_record *device, json_t **object, struct err *err);

#endif
