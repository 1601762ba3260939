#ifndef API_TAGS_H
#define API_TAGS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Tags of a device: an endpoint of README.md; ctx is a struct api.
void api_tags_change(const struct http_request *request, struct http_response *response, void *ctx);

#endif
