#ifndef ENROL_H
#define ENROL_H

#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/base/rate.h"
#include "server/enrol/enrol_decide.h"
#include "server/enrol/enrol_issue.h"
#include "server/http/http_route.h"
#include "server/store/store.h"

// The endpoint at which devices get their certificates: EST (RFC 7030, RFC 8951) for an HTTP server
// whose ctx is a struct enrol. cacerts and csrattrs need no client certificate; simpleenroll takes
// a claim certificate, simplereenroll the device's own, or a claim certificate as simpleenroll
// does.
struct enrol;

#define ENROL_BODY_MAX 8192 // bytes of a request's body: the server's max_body_bytes

// All borrowed until enrol_free().
struct enrol_settings {
    struct store *store;
    struct device_auth *auth;
    const char *claim_ca; // PEM
    enum enrol_policy policy;
    int64_t retry_after_s; // that who waits for an operator is told
    int64_t grace_ms;      // a device renews a certificate that ended at most so long ago
    // In a minute: of one claim certificate, of one address. 1 to UINT32_MAX.
    int64_t claim_per_minute, address_per_minute;
    // As struct enrol_issue_settings has it.
    int (*sign)(const struct enrol_issue_order *order, struct certificate **out, void *ctx,
        struct err *err);
    void *ctx;
};

// As enrol_claims_new(), and ERR_NO_MEMORY.
ERR_CHECKED int enrol_new(
    const struct enrol_settings *settings, struct enrol **out, struct err *err);
void enrol_free(struct enrol *enrol);

// As enrol_claims_reload().
ERR_CHECKED int enrol_reload(struct enrol *enrol, struct err *err);

// The routes; the last has no pattern.
const struct http_route *enrol_routes(void);

// Judges a client's certificate in a handshake, as struct http_server_settings has it: it must be a
// claim certificate, revoked or not, or a device's. The former becomes known to the store. ctx: the
// enrol.
ERR_CHECKED int enrol_verify(const uint8_t *der, size_t n, void *ctx, struct err *err);

// Calls add() for each counter.
void enrol_each_counter(const struct enrol *enrol,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
