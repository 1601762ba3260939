#ifndef API_LABEL_H
#define API_LABEL_H

#include <jansson.h>

#include "server/api/api_text.h"
#include "server/http/http_route.h"
#include "server/store/label_store.h"

// What an operator calls a device: handlers of the endpoints in README.md; ctx is a struct api.

void api_label_set(const struct http_request *request, struct http_response *response, void *ctx);

// As JSON (README.md): null if nothing was said. A new reference, or NULL without memory. The
// second form adds it to a text.
json_t *api_label_json(const struct device_label *label);
void api_label_write(const struct device_label *label, struct api_text *text);

#endif
