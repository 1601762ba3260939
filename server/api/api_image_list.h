#ifndef API_IMAGE_LIST_H
#define API_IMAGE_LIST_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Handler; ctx is a struct api (README.md): GET /images.
void api_image_list_send(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
