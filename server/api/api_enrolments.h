#ifndef API_ENROLMENTS_H
#define API_ENROLMENTS_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Endpoints of README.md; ctx is a struct api.
void api_enrolments_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_add(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_approve(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_reject(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_enrolments_remove(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
