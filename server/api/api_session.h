#ifndef API_SESSION_H
#define API_SESSION_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Logging in and out: endpoints of README.md; ctx is a struct api.
void api_session_begin(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_session_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_session_end(const struct http_request *request, struct http_response *response, void *ctx);

#endif
