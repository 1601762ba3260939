#ifndef CTL_CLIENT_EXPLAIN_H
#define CTL_CLIENT_EXPLAIN_H

#include <stddef.h>

#include <curl/curl.h>
#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/client_target.h"

// Says why a request to a target got no answer, and what to do. Where the server has another key,
// client_tls_explain() says more.
ERR_CHECKED int client_explain_failure(
    CURL *curl, CURLcode code, const struct client_target *target, struct err *err);

// That a server has another key than is pinned: shown, or NULL if it is not known. name: how the
// server is called here.
ERR_CHECKED int client_explain_key(
    const struct server_record *server, const char *name, const char *shown, struct err *err);

// What came with a refusal.
struct client_refusal {
    const char *p; // n bytes; NULL if there are none
    size_t n;
    json_t **reply; // or NULL: where it goes, as client_request.refusal has it
};

// Says why the daemon refused a request: its own code and words, but that a log-in has ended.
ERR_CHECKED int client_explain_refusal(CURL *curl, const struct client_refusal *refusal,
    const struct client_target *target, struct err *err);

#endif
