#ifndef TEST_UNIT_FIRMWARE_EST_FIXTURE_H
#define TEST_UNIT_FIRMWARE_EST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "firmware/enrol/est.h"
#include "test/unit/firmware/fake_server.h"

#define EST_FIXTURE_MAC "84f3eb012345"
#define EST_FIXTURE_STEPS 3000

// A device with a claim certificate, and a server that answers what it is told.
struct est_fixture {
    struct fake_server server; // first
    struct port_ops ops;
    struct identity claim;
    struct made_key key; // for which it wants a certificate
    struct fake_certificate cert;
    struct tls tls;
    struct https https;
    struct est est;
    struct failure failure;
    uint8_t scratch[EST_SCRATCH];
    uint8_t answer[2 * EST_SCRATCH];
};

static inline int est_fixture_setup(void **state)
{
    struct est_fixture *f = calloc(1, sizeof *f);

    fake_server_init(&f->server, &f->ops);
    fake_identity(&f->server, "claim", &f->claim);
    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &f->key);
    assert_int_equal(tls_init(&f->tls, &f->server.port.port, &f->claim, &f->failure), 0);
    f->est = (struct est){
        .tls = &f->tls,
        .https = &f->https,
        .identity = &f->claim,
        .key = &f->key.pk,
        .mac = EST_FIXTURE_MAC,
        .host = "localhost",
        .tcp_port = 8444,
        .scratch = f->scratch,
    };
    *state = f;
    return 0;
}

static inline int est_fixture_teardown(void **state)
{
    struct est_fixture *f = *state;

    est_stop(&f->est);
    tls_clear(&f->tls);
    identity_clear(&f->claim);
    made_key_clear(&f->key);
    mbedtls_x509_crt_free(&f->cert.crt);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

// Lets the server answer that head, without a Content-Length, and body.
static inline void est_fixture_answer(
    struct est_fixture *f, const char *head, const uint8_t *body, size_t n)
{
    int used = snprintf(
        (char *)f->answer, sizeof f->answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head, n);

    assert_true((size_t)used + n <= sizeof f->answer);
    if (n > 0)
        memcpy(f->answer + used, body, n);
    f->server.answer = f->answer;
    f->server.answer_size = (size_t)used + n;
}

// Certifies a key with that common name, between these times, and lets the server answer that.
static inline void est_fixture_certify(
    struct est_fixture *f, const char *name, const char *from, const char *to)
{
    struct fake_subject subject = {name, NULL, NULL, from, to, false};

    f->cert.key = f->key; // borrowed
    fake_certify(&f->server.maker, &subject, &f->cert, &f->server.ca, "CN=CA");
    est_fixture_answer(f, "200 OK", f->cert.crt.raw.p, f->cert.crt.raw.len);
}

static inline void est_fixture_certify_well(struct est_fixture *f)
{
    est_fixture_certify(f, "CN=" EST_FIXTURE_MAC, "20200101000000", "20990101000000");
}

// Until it is done, has failed, pauses or hangs (both STEP_AGAIN).
static inline int est_fixture_run(struct est_fixture *f)
{
    int rc = STEP_AGAIN;

    for (int i = 0; rc == STEP_AGAIN && i < EST_FIXTURE_STEPS && f->est.phase != EST_PAUSE; i++)
        rc = est_step(&f->est, &f->failure);
    return rc;
}

static inline int est_fixture_enrol(struct est_fixture *f)
{
    int rc = est_start(&f->est, &f->failure);

    return rc < 0 ? rc : est_fixture_run(f);
}

#endif
