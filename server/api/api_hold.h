#ifndef API_HOLD_H
#define API_HOLD_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Whether a device is held: an endpoint of README.md; ctx is a struct api.
void api_hold_switch(const struct http_request *request, struct http_response *response, void *ctx);

#endif
