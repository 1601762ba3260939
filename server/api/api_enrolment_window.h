#ifndef API_ENROLMENT_WINDOW_H
#define API_ENROLMENT_WINDOW_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// An endpoint of README.md; ctx is a struct api.
void api_enrolment_window_open(
    const struct http_request *request, struct http_response *response, void *ctx);

// The member "enrolment" of GET /status, a new reference.
ERR_CHECKED int api_enrolment_window_state(
    const struct api *api, struct store_connection *connection, json_t **out, struct err *err);

#endif
