#ifndef API_AUDIT_H
#define API_AUDIT_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Who has changed what. Handlers; ctx is a struct api.
void api_audit_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_audit_head(const struct http_request *request, struct http_response *response, void *ctx);
void api_audit_verify(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
