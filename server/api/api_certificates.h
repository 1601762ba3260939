#ifndef API_CERTIFICATES_H
#define API_CERTIFICATES_H

#include "server/base/err.h"
#include "server/http/http_route.h"
#include "server/model/serial.h"

// Certificates: handlers of the endpoints in README.md; ctx is a struct api.

void api_certificates_list(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_certificates_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_certificates_add(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_certificates_revoke(
    const struct http_request *request, struct http_response *response, void *ctx);

// Reads a serial number as people give it (serial.h). ERR_INVALID.
ERR_CHECKED int api_certificates_read_serial(
    const char *text, char out[SERIAL_SIZE], struct err *err);

#endif
