#ifndef API_HISTORY_H
#define API_HISTORY_H

#include "server/http/http_route.h"

// Hours of a device: handlers of the endpoints in README.md; ctx is a struct api.

void api_history_list(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
