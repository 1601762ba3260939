#ifndef API_CHAIN_H
#define API_CHAIN_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// The release chain of a board, as a graph: endpoint of README.md; ctx is a struct api.
void api_chain_show(const struct http_request *request, struct http_response *response, void *ctx);

#endif
