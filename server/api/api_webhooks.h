#ifndef API_WEBHOOKS_H
#define API_WEBHOOKS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Webhooks: endpoints of README.md; ctx is a struct api.
void api_webhooks_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_webhooks_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_webhooks_remove(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_webhooks_test(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
