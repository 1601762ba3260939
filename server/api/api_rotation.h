#ifndef API_ROTATION_H
#define API_ROTATION_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// A change of the CA: endpoints of README.md; ctx is a struct api.
void api_rotation_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rotation_start(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rotation_add_certificates(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rotation_advance(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
