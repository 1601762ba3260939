#ifndef API_WIFI_H
#define API_WIFI_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Handlers of POST /wifi, GET /wifi and GET /wifi/ID; ctx is a struct api.
void api_wifi_set(const struct http_request *request, struct http_response *response, void *ctx);
void api_wifi_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_wifi_show(const struct http_request *request, struct http_response *response, void *ctx);

#endif
