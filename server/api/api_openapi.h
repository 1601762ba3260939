#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// The OpenAPI 3.1 document of this API: openapi/*.json, each an object with its area's paths and
// schemas, merged. The caller gives up the reference. ERR_NO_MEMORY, or ERR_IO: a part is no JSON
// object, or says again what another has said.
ERR_CHECKED int api_openapi_read(json_t **out, struct err *err);

// Handler; ctx is a struct api. Answers with it.
void api_openapi_show(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
