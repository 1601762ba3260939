#ifndef API_WEBHOOK_ADD_H
#define API_WEBHOOK_ADD_H

#include <stdbool.h>

#include <jansson.h>

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/model/webhook.h"

// Adds a webhook: an endpoint of README.md; ctx is a struct api.
void api_webhook_add_run(
    const struct http_request *request, struct http_response *response, void *ctx);

// How one is, for all that shows it. Members are missing if there is no memory: NULL then.
json_t *api_webhook_add_describe(
    const struct webhook *webhook, int64_t queued, int64_t oldest_at_ms);

#endif
