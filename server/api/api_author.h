#ifndef API_AUTHOR_H
#define API_AUTHOR_H

#include "server/http/http_request.h"
#include "server/model/audit.h"

// Who asks, for the audit log: of a Unix socket "uid 1000", the user's name as this machine has it,
// and the process; over HTTPS "user NAME", or "token NAME" of one that is no user's, and in the
// place of that name the address, and which of the user's tokens it is: "192.0.2.7, token NAME".
// With the terms on which he does (api_terms.h).
void api_author_of(const struct http_request *request, struct audit_author *out);

#endif
