#ifndef API_DEVICE_PAGE_H
#define API_DEVICE_PAGE_H

#include "server/api/api_page.h"
#include "server/store/device_store.h"

// Whether the request asks for a page: else the list is sent whole.
bool api_device_page_is_asked(const struct http_request *request);

// A page of the list of devices, in the order that `sort` asks for.
void api_device_page_send(struct store *store, const struct http_request *request,
    const struct device_filter *filter, struct http_response *response);

// GET /devices/MAC/events: what happened to one, newest first.
void api_device_page_events(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
