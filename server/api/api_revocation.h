#ifndef API_REVOCATION_H
#define API_REVOCATION_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/http/http_route.h"
#include "server/model/certificate_record.h"
#include "server/revocation/revocation.h"
#include "server/store/store.h"

// Who is shut out: handlers of the endpoints in README.md; ctx is a struct api.

void api_revocation_revoke(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_revocation_readmit(
    const struct http_request *request, struct http_response *response, void *ctx);

// Answers a change of anybody's with what it has brought about; takes the reference to object,
// whose members come first. 202 while the broker does not go by it.
void api_revocation_send(
    struct http_response *response, json_t *object, const struct revocation_outcome *outcome);

// Sets a device's members `revocation` and `certificates`.
ERR_CHECKED int api_revocation_add_to(
    struct store_connection *connection, const char *mac, json_t **device, struct err *err);

// Words an ERR_NOT_FOUND for a device that is revoked all the same; returns rc.
int api_revocation_explain(
    struct store_connection *connection, const char *mac, int rc, struct err *err);

// How it stands, for the daemon's status.
json_t *api_revocation_state(struct revocation *revocation);

#endif
