// Answers that the client has already.
#include "server/api/api_validator.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/audit/audit_tag.h"
#include "server/pki/digest.h"

// Whether one of the list's is ours. No other may hold it, as none may hold a '"'.
static bool has(const char *list, const char *tag)
{
    return strcmp(list, "*") == 0 || strstr(list, tag) != NULL;
}

void api_validator_apply(
    const struct http_request *request, struct http_response *response, const char *state)
{
    const char *list = http_request_header(request, "If-None-Match");
    char digest[DIGEST_SHA256_TEXT_SIZE];
    char tag[AUDIT_TAG_SIZE + DIGEST_SHA256_TEXT_SIZE + 2];
    size_t n;
    const uint8_t *p = http_response_bytes_of(response, &n);

    if ((http_request_method(request) & (HTTP_GET | HTTP_HEAD)) == 0 || p == NULL ||
        http_response_status(response) != 200)
        return;
    digest_sha256(p, n, digest);
    snprintf(tag, sizeof tag, "\"%.*s%s%s\"", AUDIT_TAG_SIZE - 1, state,
        state[0] != '\0' ? "." : "", digest);
    http_response_add_header(response, "ETag", "%s", tag);
    if (list != NULL && has(list, tag))
        http_response_set_empty(response, 304);
}
