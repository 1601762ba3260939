#ifndef API_ROLLOUT_LIST_H
#define API_ROLLOUT_LIST_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Handlers of struct http_route: the list of rollouts, and of the devices of one; ctx is a struct
// api.
void api_rollout_list_send(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rollout_list_devices(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
