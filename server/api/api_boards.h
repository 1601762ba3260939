#ifndef API_BOARDS_H
#define API_BOARDS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Boards, and how their devices climb: endpoints of README.md; ctx is a struct api.
void api_boards_list(const struct http_request *request, struct http_response *response, void *ctx);
void api_boards_show(const struct http_request *request, struct http_response *response, void *ctx);
void api_boards_set(const struct http_request *request, struct http_response *response, void *ctx);

#endif
