#ifndef API_ENROLMENTS_H
#define API_ENROLMENTS_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Endpoints of README.md; ctx is a struct api.
void api_enrolments_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_add(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_approve(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_reject(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_remove(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_open(
    const struct http_request *request, struct http_response *response, void *ctx);

// The member "enrolment" of GET /status, a new reference.
ERR_CHECKED int api_enrolments_state(
    const struct api *api, struct store_connection *connection, json_t **out, struct err *err);

#endif
