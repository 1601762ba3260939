#ifndef API_STATUS_H
#define API_STATUS_H

#include "server/http/http_route.h"

// The daemon itself: handlers of the endpoints in README.md; ctx is a struct api.

void api_status_show(const struct http_request *request, struct http_response *response, void *ctx);

#endif
