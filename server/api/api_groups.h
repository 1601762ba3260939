#ifndef API_GROUPS_H
#define API_GROUPS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Groups: endpoints of README.md; ctx is a struct api.
void api_groups_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_groups_show(const struct http_request *request, struct http_response *response, void *ctx);
void api_groups_set(const struct http_request *request, struct http_response *response, void *ctx);
void api_groups_follow(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_groups_remove(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
