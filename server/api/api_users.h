#ifndef API_USERS_H
#define API_USERS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Users: endpoints of README.md; ctx is a struct api.
void api_users_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_users_show(const struct http_request *request, struct http_response *response, void *ctx);
void api_users_add(const struct http_request *request, struct http_response *response, void *ctx);
void api_users_set_role(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_users_set_password(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_users_remove(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
