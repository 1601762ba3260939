#ifndef API_TERMS_H
#define API_TERMS_H

#include "server/api/api.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Calls a handler on the terms that the request's headers set, If-Match and Idempotency-Key: what
// it changes by audit_run() keeps to them (audit_terms.h), since api_author_of() says them. Those
// of a request that cannot keep to them are refused, never passed over. A good answer to GET about
// one object gets the object's state (audit_tag.h) into its ETag.
void api_terms_serve(const struct http_request *request, struct http_response *response,
    struct api *api,
    void (*handler)(const struct http_request *request, struct http_response *response, void *ctx));

#endif
