// Enrolment, joined with those whom it needs.
#include "server/daemon/enrol_link.h"

#include <unistd.h>

#include "server/base/clock.h"
#include "server/daemon/handshake_signer.h"
#include "server/daemon/server_settings.h"
#include "server/enrol/enrol_claims.h"
#include "server/http/http_listen.h"
#include "server/pki/certificate.h"
#include "server/pki/credential_check.h"
#include "server/signer/signer_client.h"

#define SIGNER_TIMEOUT_MS 10000
#define DAY_MS INT64_C(86400000)

static int sign(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    const struct config *config = ctx;
    struct signer_client_order wish = {.csr = order->csr,
        .n = order->n,
        .anew = order->anew,
        .note = order->note,
        .timeout_ms = SIGNER_TIMEOUT_MS};

    return signer_client_sign(config->enrol_signer, &wish, out, err);
}

static int start_server(struct enrol_link *link, struct err *err)
{
    struct http_server_settings settings;

    server_settings_enrolment(link->config, &settings);
    settings.routes = enrol_routes();
    settings.ctx = link->enrol;
    settings.signer = &handshake_signer;
    settings.verify = enrol_verify;
    settings.verify_ctx = link->enrol;
    return http_server_start(&settings, &link->server, err);
}

int enrol_link_start(struct enrol_link *link, const struct config *config, struct store *store,
    struct device_auth *auth, struct err *err)
{
    struct enrol_settings settings = {
        .store = store,
        .auth = auth,
        .claim_ca = config->enrol_claim_ca,
        .policy = config->enrol_policy,
        .retry_after_s = config->enrol_retry_after_s,
        .grace_ms = config->enrol_grace_days * DAY_MS,
        .claim_per_minute = config->enrol_claim_per_minute,
        .address_per_minute = config->enrol_address_per_minute,
        .sign = sign,
        .ctx = (void *)config,
    };
    int rc;

    link->config = config;
    if (config->enrol_port == 0)
        return 0;
    rc = enrol_link_check(config, false, err);
    if (rc == 0)
        rc = enrol_new(&settings, &link->enrol, err);
    if (rc == 0)
        rc = start_server(link, err);
    return rc < 0 ? err_context(err, "[enrolment]") : 0;
}

void enrol_link_stop(struct enrol_link *link, int64_t grace_ms)
{
    http_server_free(link->server, grace_ms);
    link->server = NULL;
}

void enrol_link_clear(struct enrol_link *link)
{
    enrol_free(link->enrol);
    link->enrol = NULL;
}

static int check_certificate(const struct config *config, struct err *err)
{
    struct http_server_settings settings;
    struct certificate *certificate;

    server_settings_enrolment(config, &settings);

    struct credential_check_files files = {
        .ca = config->ca, .certificate = settings.certificate_file, .key = settings.key_file};
    int rc = credential_check_server(&files, clock_system_ms(), &certificate, err);

    if (rc == 0)
        certificate_free(certificate);
    return rc;
}

int enrol_link_reload(struct enrol_link *link, bool is_tls_good, struct err *err)
{
    if (link->enrol == NULL)
        return 0;

    bool has_own = link->config->enrol_certificate[0] != '\0';
    int rc = enrol_reload(link->enrol, err);

    if (rc < 0 || (!has_own && !is_tls_good))
        return rc;
    if (has_own) // the other one is judged already
        rc = check_certificate(link->config, err);
    return rc < 0 ? rc : http_server_reload(link->server, err);
}

static int check_claims(const struct config *config, struct err *err)
{
    struct enrol_claims *claims;
    struct device_auth *auth;
    int rc = device_auth_new(config->ca, &auth, err);

    if (rc < 0)
        return rc;
    rc = enrol_claims_new(config->enrol_claim_ca, auth, &claims, err);
    if (rc == 0)
        enrol_claims_free(claims);
    device_auth_free(auth);
    return rc;
}

int enrol_link_check(const struct config *config, bool try_port, struct err *err)
{
    int rc;
    int fd;

    if (config->enrol_port == 0)
        return 0;
    rc = check_certificate(config, err);
    if (rc == 0)
        rc = check_claims(config, err);
    if (rc < 0 || !try_port)
        return rc;
    rc = http_listen_tcp(config->enrol_address, config->enrol_port, &fd, err);
    if (rc == 0)
        close(fd);
    return rc;
}

void enrol_link_each_counter(const struct enrol_link *link,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    struct http_server_counters served;

    if (link->server == NULL)
        return;
    http_server_read_counters(link->server, &served);
    add("enrol_connections", served.connections, add_ctx);
    add("enrol_requests", served.requests, add_ctx);
    add("enrol_refused_handshakes", served.refused_handshakes, add_ctx);
    enrol_each_counter(link->enrol, add, add_ctx);
}
