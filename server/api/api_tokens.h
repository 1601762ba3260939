#ifndef API_TOKENS_H
#define API_TOKENS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Tokens: endpoints of README.md; ctx is a struct api.
void api_tokens_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_tokens_add(const struct http_request *request, struct http_response *response, void *ctx);
void api_tokens_remove(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
