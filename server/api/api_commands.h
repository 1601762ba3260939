#ifndef API_COMMANDS_H
#define API_COMMANDS_H

#include "server/http/http_route.h"

// Commands: handlers of the endpoints in README.md; ctx is a struct api.

void api_commands_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_commands_add(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_commands_cancel(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_commands_show(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
