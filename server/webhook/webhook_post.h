#ifndef WEBHOOK_POST_H
#define WEBHOOK_POST_H

#include <curl/curl.h>

#include "server/webhook/webhook_allow.h"
#include "server/webhook/webhook_outcome.h"
#include "server/webhook/webhook_sign.h"

// One message on its way, over libcurl. The address is judged where the connection is made, so that
// it does not matter what a name leads to, or when, and before each request on one that was kept.
// Nothing goes through a proxy, no redirection is followed, and who answers must have a certificate
// for the URL's host.
struct webhook_post;

struct webhook_post_settings {
    const struct webhook_allow *allow; // borrowed while there are posts
    const char *ca;                    // its file, or "": the system's; likewise
    int64_t timeout_ms;                // for all of it
};

struct webhook_post_order {
    const char *url;
    const char *id; // of the message
    const struct webhook_key *key;
    int64_t at_s; // Unix time, which the receiver compares with its own
};

// Prepares it. The body is taken, and freed in any case. ERR_INVALID, ERR_NO_MEMORY.
ERR_CHECKED int webhook_post_new(const struct webhook_post_settings *settings,
    const struct webhook_post_order *order, char *body, struct webhook_post **out, struct err *err);
void webhook_post_free(struct webhook_post *post);

CURL *webhook_post_handle(struct webhook_post *post);

// How it has ended: status and error.
void webhook_post_read(
    const struct webhook_post *post, CURLcode code, struct webhook_result *result);

#endif
