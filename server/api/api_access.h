#ifndef API_ACCESS_H
#define API_ACCESS_H

#include "server/api/api.h"
#include "server/audit/audit_terms.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/model/operator.h"

// Who asks, and whether he may. On the Unix socket everybody is an administrator: the mode of its
// file says who may open it. Over HTTPS one shows a token, the cookie of a session or a
// certificate, the first of these that is there: a bad one is not passed over for another.

// What goes with a request while its handler is at work (http_request_attach()).
struct api_asking {
    struct operator who;
    struct audit_terms *terms; // NULL: none
};

// Finds out who asks, and whether that role is his, or a greater one. ERR_NOBODY if he has to say
// who he is first; ERR_DENIED if he may not, or a browser sends it that was not told to by a page
// of this server; ERR_IO, ERR_UNAVAILABLE. Of ROLE_ANYBODY nobody has to say anything.
ERR_CHECKED int api_access_judge(const struct http_request *request, const struct api *api,
    enum role least, struct operator* out, struct err *err);

// Answers so.
void api_access_refuse(
    struct http_response *response, const struct api *api, const struct err *err);

// Who asks, by what serve() has found; nobody outside of a handler.
const struct operator* api_access_who(const struct http_request *request);

// Whether who began an answer that lasts may still have it: he is who he was, and so is what he
// showed. Borrowed as long as the answer lasts: the API.
struct api_access_guard {
    const struct api *api;
    struct operator who;
    char serial[SERIAL_SIZE]; // of his certificate, or ""
    int64_t next_ms;          // monotonic
};
void api_access_guard_init(
    struct api_access_guard *guard, const struct api *api, const struct http_request *request);
#define API_ACCESS_GUARD_MS 1000 // between two looks
bool api_access_guard_holds(struct api_access_guard *guard);

#endif
