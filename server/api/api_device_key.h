#ifndef API_DEVICE_KEY_H
#define API_DEVICE_KEY_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/store/store.h"

// Whether a device may fetch its private key: an endpoint of README.md; ctx is a struct api.
void api_device_key_switch(
    const struct http_request *request, struct http_response *response, void *ctx);

// Sets a device's member `key`.
ERR_CHECKED int api_device_key_add_to(
    struct store_connection *connection, const char *mac, json_t **device, struct err *err);

#endif
