#ifndef API_KEYS_H
#define API_KEYS_H

#include "server/http/http_route.h"

// Keys that verify images: handlers of the endpoints in README.md; ctx is a struct api.

void api_keys_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_keys_show(const struct http_request *request, struct http_response *response, void *ctx);
void api_keys_remove(const struct http_request *request, struct http_response *response, void *ctx);
void api_keys_retire(const struct http_request *request, struct http_response *response, void *ctx);
void api_keys_add(const struct http_request *request, struct http_response *response, void *ctx);

#endif
