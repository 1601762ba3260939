#ifndef API_SETTINGS_CHANGE_H
#define API_SETTINGS_CHANGE_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Changes of config.json and of its schema: endpoints of README.md; ctx is a struct api.
void api_settings_change_layer_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_change_set(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_change_revert(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_change_schema_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_change_schema_add(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_settings_change_schema_remove(
    const struct http_request *request, struct http_response *response, void *ctx);

// Reads the number of a change in a request's path. ERR_INVALID.
ERR_CHECKED int api_settings_change_read_number(
    const struct http_request *request, int64_t *out, struct err *err);

#endif
