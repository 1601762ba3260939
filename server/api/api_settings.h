#ifndef API_SETTINGS_H
#define API_SETTINGS_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/store/settings_store.h"
#include "server/store/store.h"

// What is said of config.json: endpoints of README.md; ctx is a struct api.
void api_settings_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_history(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_effective(
    const struct http_request *request, struct http_response *response, void *ctx);

// A patch that is stored as JSON; null for none.
json_t *api_settings_patch(const char *text);

// A layer as it is in lists.
json_t *api_settings_layer(const struct settings_layer *layer);

// Adds to a device which config.json it runs, and which it is to run.
ERR_CHECKED int api_settings_add_to(
    struct store_connection *connection, const char *mac, json_t **object, struct err *err);

#endif
