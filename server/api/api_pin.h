#ifndef API_PIN_H
#define API_PIN_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Beyond which image a device must not go: an endpoint of README.md; ctx is a struct api.
void api_pin_set(const struct http_request *request, struct http_response *response, void *ctx);

#endif
