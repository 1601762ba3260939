#ifndef ENROL_EST_ANSWER_H
#define ENROL_EST_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/pki/certificate.h"

// What is answered when all is well (RFC 7030, 4.1.3, 4.2.3, 4.5.2). Without memory the answer
// stays without a body.

// Certificates as the client asks for them (est_accept.h): a PKCS #7 in base64, in one line; or one
// alone, as it is. Of more than one the latter is refused with 406.
void est_answer_certificates(const struct http_request *request, struct http_response *response,
    struct certificate *const *certificates, size_t count);

// What a request should look like: a key on P-256, signed with SHA-256.
void est_answer_attributes(struct http_response *response);

#endif
