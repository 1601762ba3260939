#ifndef API_REPLACEMENT_H
#define API_REPLACEMENT_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/http/http_route.h"
#include "server/store/store.h"

// Devices that replace others: handler of the endpoint in README.md; ctx is a struct api.
void api_replacement_run(
    const struct http_request *request, struct http_response *response, void *ctx);

// Sets a device's members `replaces`, `config_of` and `replaced_by`.
ERR_CHECKED int api_replacement_add_to(const struct api *api, struct store_connection *connection,
    const char *mac, json_t **device, struct err *err);

#endif
