#ifndef API_SUBJECT_H
#define API_SUBJECT_H

#include <stdbool.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/model/audit.h"

// What a request is about, where that is one object that operators change and that has an answer of
// its own, with its state in the ETag.
struct api_subject {
    enum audit_kind kind;
    char object[AUDIT_OBJECT_SIZE]; // its canonical name
    bool is_itself; // the route's answer is the object, not something that belongs to it
};

// Finds it by the route, which has one, whatever the method. ERR_INVALID if the request names it in
// a wrong way, ERR_NOT_FOUND if what it names does not tell of which object it is; ERR_IO,
// ERR_UNAVAILABLE.
ERR_CHECKED int api_subject_find(const struct api *api, const struct http_request *request,
    struct api_subject *out, struct err *err);

// Whether a route, by its pattern, is about such an object. If not, there is no state to go by.
bool api_subject_has(const char *pattern);

#endif
