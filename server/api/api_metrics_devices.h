#ifndef API_METRICS_DEVICES_H
#define API_METRICS_DEVICES_H

#include "server/http/http_route.h"

// Each device for Prometheus: handlers of the endpoints in README.md; ctx is a struct api.

void api_metrics_devices_show(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
