#ifndef API_EVENTS_H
#define API_EVENTS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// GET /events: what happens to devices as server-sent events (HTML, 9.2).
void api_events_stream(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
