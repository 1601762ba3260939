#ifndef API_DEVICES_H
#define API_DEVICES_H

#include "server/http/http_route.h"

// Devices: handlers of the endpoints in README.md; ctx is a struct api.

void api_devices_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_devices_count(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_devices_forget(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_devices_show(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
