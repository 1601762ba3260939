#ifndef API_CANARY_H
#define API_CANARY_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Whether a device is a canary: an endpoint of README.md; ctx is a struct api.
void api_canary_switch(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
