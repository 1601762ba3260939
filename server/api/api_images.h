#ifndef API_IMAGES_H
#define API_IMAGES_H

#include "server/http/http_route.h"

// Images: handlers of the endpoints in README.md; ctx is a struct api.

void api_images_show(const struct http_request *request, struct http_response *response, void *ctx);
void api_images_add(const struct http_request *request, struct http_response *response, void *ctx);
void api_images_publish(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_images_promote(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_images_withdraw(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_images_mark(const struct http_request *request, struct http_response *response, void *ctx);
void api_images_remove(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_images_verify(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
