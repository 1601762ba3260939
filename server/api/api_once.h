#ifndef API_ONCE_H
#define API_ONCE_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/audit/audit_terms.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/store/store.h"

// Requests that are done once, however often they are made: those with an Idempotency-Key (README).

// Whether the request bears a key; if so *answer gets the hashes by which it is known. ERR_INVALID
// if the key is malformed, or the request takes none; ERR_NO_MEMORY. *has is set in all cases.
ERR_CHECKED int api_once_read(
    const struct http_request *request, bool *has, struct answer *answer, struct err *err);

// Looks for what is kept of such a request: its body, which the caller frees, is NULL if there is
// none. ERR_REUSED if the key was another's, ERR_CONFLICT if the answer was too long to be kept;
// the store's errors.
ERR_CHECKED int api_once_find(const struct api *api, struct answer *answer, struct err *err);

// Whether a route takes a key: those that create what would be there twice.
bool api_once_is_taken(const char *pattern);

// What is answered, in the transaction of the change; on the store's writer. The reference in *out
// is given up. ERR_TOO_LARGE if it would be too long to be kept.
#define API_ONCE_ITEMS_MAX ((size_t)400) // more of them are too long in any case
typedef int api_once_describe(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err);

// How a handler answers; borrowed, ctx too, while its request goes on.
struct api_once_answer {
    unsigned status;
    api_once_describe *describe;
    void *ctx;
};

// Says how the request is answered, before it changes anything. Nothing if it bears no key.
void api_once_answer_by(const struct http_request *request, struct api_once_answer *how);

// Answers with what is kept. Its body is given up.
void api_once_send(struct answer *answer, struct http_response *response);

#endif
