#ifndef TEST_UNIT_FIRMWARE_FAKE_EST_H
#define TEST_UNIT_FIRMWARE_FAKE_EST_H

#include <mbedtls/base64.h>
#include <mbedtls/x509_csr.h>

#include "firmware/enrol/claim.h"
#include "firmware/enrol/renewal.h"
#include "test/unit/firmware/fake_device.h"

// The fake device's server as one of EST, which certifies what it is asked for: the first key of
// the device, and any key to renew; the same key twice gets the same certificate.

#define FAKE_EST_PORT 8444
#define FAKE_EST_CONFIG                                                                            \
    FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\",\"enrolserver\":\"localhost\","                 \
                     "\"enrolport\":8444}"

struct fake_est {
    const char *answer; // what it says instead, as "403 Forbidden"; NULL: what is due
    const char *name;   // that it certifies, instead of the MAC
    unsigned requests;
    unsigned renewals; // of them
    unsigned issued;
    unsigned alarms;    // another key than the first
    unsigned too_early; // requests before their key was durable
    bool has_code;      // the last request had "code-42"
    uint32_t asked_at_ms;
    struct fake_certificate newest;
};

// The key of the request that the server has before it.
static inline void fake_est_read(struct fake_device *f, struct fake_est *est, struct made_key *key)
{
    const char *request = f->broker.server.request;
    const char *body = strstr(request, "\r\n\r\n") + 4;
    mbedtls_x509_csr csr;
    uint8_t der[512];
    size_t n = 0;
    int rc = mbedtls_base64_decode(der, sizeof der, &n, (const uint8_t *)body, strlen(body));

    assert(rc == 0);
    mbedtls_x509_csr_init(&csr);
    rc = mbedtls_x509_csr_parse_der(&csr, der, n);
    assert(rc == 0);
    (void)rc;
    key->pk = csr.pk;
    mbedtls_pk_init(&csr.pk);
    mbedtls_x509_csr_free(&csr);
    made_key_finish(key);
    est->has_code = memmem(der, n, "code-42", 7) != NULL;
}

static inline bool fake_est_is_newest(const struct fake_est *est, const struct made_key *key)
{
    return est->issued > 0 && key->der_size == est->newest.key.der_size &&
           memcmp(key->der, est->newest.key.der, key->der_size) == 0;
}

static inline void fake_est_certify(
    struct fake_device *f, struct fake_est *est, const struct made_key *key)
{
    struct fake_server *server = &f->broker.server;
    char name[32];
    struct fake_subject subject = {name, NULL, NULL, "20200101000000", "20990101000000", false};

    snprintf(name, sizeof name, "CN=%s", est->name == NULL ? FAKE_MAC : est->name);
    mbedtls_pk_free(&est->newest.key.pk);
    est->newest.key = *key;
    fake_certify(&server->maker, &subject, &est->newest, &server->ca, "CN=CA");
    est->issued++;
}

static inline void fake_est_say(struct fake_device *f, const char *status, const void *p, size_t n)
{
    struct fake_server *server = &f->broker.server;
    int used = snprintf((char *)f->answer, sizeof f->answer,
        "HTTP/1.1 %s\r\nContent-Length: %zu\r\nRetry-After: 20\r\n\r\n", status, n);

    memcpy(f->answer + used, p, n);
    server->answer = f->answer;
    server->answer_size = (size_t)used + n;
}

static inline void fake_est_post(struct fake_device *f, void *ctx)
{
    struct fake_est *est = ctx;
    struct made_key key;
    bool again = strstr(f->broker.server.request, "/simplereenroll ") != NULL;

    assert(f->broker.server.tcp_port == FAKE_EST_PORT);
    fake_est_read(f, est, &key);
    est->asked_at_ms = fake_device_flash(f)->now_ms;
    est->requests++;
    est->renewals += again;
    est->too_early += !again && !fake_device_has_file(f, FAKE_MAC ".key");
    if (est->answer != NULL) {
        fake_est_say(f, est->answer, "the operator says no\n", 21);
        mbedtls_pk_free(&key.pk);
        return;
    }
    if (fake_est_is_newest(est, &key)) {
        mbedtls_pk_free(&key.pk);
    } else if (!again && est->issued > 0) {
        mbedtls_pk_free(&key.pk);
        est->alarms++;
        fake_est_say(f, "403 Forbidden", "has a certificate already\n", 26);
        return;
    } else {
        fake_est_certify(f, est, &key);
    }
    fake_est_say(f, "200 OK", est->newest.crt.raw.p, est->newest.crt.raw.len);
}

static inline void fake_est_forget(struct fake_est *est)
{
    mbedtls_pk_free(&est->newest.key.pk);
    mbedtls_x509_crt_free(&est->newest.crt);
    memset(est, 0, sizeof *est);
}

// Gives the device a server for its enrolment.
static inline void fake_est_init(struct fake_est *est, struct fake_device *f)
{
    memset(est, 0, sizeof *est);
    f->on_post = fake_est_post;
    f->on_post_ctx = est;
    f->options.wants_start = renewal_ask;
    fake_device_put_file(f, "config.json", FAKE_EST_CONFIG);
    f->fresh = *fake_device_flash(f);
}

// Makes it one that has nothing but a claim certificate, and a code.
static inline void fake_est_make_new(struct fake_device *f)
{
    struct fake_server *server = &f->broker.server;
    struct port *port = &server->port.port;
    struct fake_certificate claim;
    char key[FAKE_PEM_SIZE];
    int rc;

    fake_issue(server, &server->ca, "claim-2026", &claim, key);
    fake_device_put_file(f, CLAIM_CERT, claim.pem);
    fake_device_put_file(f, CLAIM_KEY, key);
    fake_device_put_file(f, ENROL_CODE, "code-42\n");
    rc = files_remove(port, FAKE_MAC ".crt") | files_remove(port, FAKE_MAC ".key");
    assert(rc == 0);
    (void)rc;
    fake_certificate_clear(&claim);
    f->fresh = server->port;
}

// Whether the device uses what was certified last.
static inline bool fake_est_is_in_use(const struct fake_est *est, const struct fake_device *f)
{
    const mbedtls_x509_buf *used = &f->device.identity.cert.raw;
    const mbedtls_x509_buf *newest = &est->newest.crt.raw;

    return f->is_running && !f->is_enrolling && est->issued > 0 && used->len == newest->len &&
           memcmp(used->p, newest->p, used->len) == 0;
}

#endif
