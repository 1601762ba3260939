#ifndef API_VALIDATOR_H
#define API_VALIDATOR_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Gives a good answer to GET or HEAD its strong validator (RFC 9110, 8.8.3), the SHA-256 of its
// bytes, and makes it a 304 without a body if the request has it already (If-None-Match). state:
// stands before that with a dot, unless it is "" (api_entity_tags.h). A list that is sent in pieces
// has none, since it is not known when it begins.
void api_validator_apply(
    const struct http_request *request, struct http_response *response, const char *state);

#endif
