#ifndef API_CERTIFICATES_H
#define API_CERTIFICATES_H

#include "server/http/http_route.h"

// Certificates: handlers of the endpoints in README.md; ctx is a struct api.

void api_certificates_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_certificates_add(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_certificates_revoke(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
