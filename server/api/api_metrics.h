#ifndef API_METRICS_H
#define API_METRICS_H

#include "server/http/http_route.h"

// What Prometheus scrapes: handlers of the endpoints in README.md; ctx is a struct api.

void api_metrics_show(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
