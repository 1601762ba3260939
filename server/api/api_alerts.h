#ifndef API_ALERTS_H
#define API_ALERTS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// GET /alerts: what goes wrong now.
void api_alerts_list(const struct http_request *request, struct http_response *response, void *ctx);

// POST /alerts/test?kind=KIND: tells everybody who would be told.
void api_alerts_test(const struct http_request *request, struct http_response *response, void *ctx);

#endif
