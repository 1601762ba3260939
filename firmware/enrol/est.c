// Asks for a certificate.
#include "firmware/enrol/est.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/base64.h>

#include "firmware/core/http_reason.h"
#include "firmware/core/memory.h"
#include "firmware/core/tls_library.h"
#include "firmware/enrol/pem.h"
#include "firmware/enrol/request.h"

#define LABEL "CERTIFICATE"
#define HEAD_MAX 512 // bytes of the request's head

// DER stands at the end of scratch, what is written of it at the beginning.
#define REQUEST_AT (EST_SCRATCH - REQUEST_MAX)
#define CERTIFICATE_AT (EST_SCRATCH - EST_CERTIFICATE_MAX)

_Static_assert(HEAD_MAX + (REQUEST_MAX + 2) / 3 * 4 < REQUEST_AT, "room for both");
_Static_assert(PEM_SIZE(LABEL, EST_CERTIFICATE_MAX) <= CERTIFICATE_AT, "room for both");

static uint32_t now_ms(const struct est *est)
{
    return est->tls->port->ops->now_ms(est->tls->port);
}

// Base64 in one line (RFC 8951, 3.1); the certificate as it is, since PKCS #7 is not read here.
static size_t write_head(const struct est *est, size_t body_size)
{
    int n = snprintf((char *)est->scratch, HEAD_MAX,
        "POST /.well-known/est/simple%senroll HTTP/1.1\r\n"
        "Host: %s:%u\r\n"
        "User-Agent: secureesp-device\r\n"
        "Connection: close\r\n"
        "Content-Type: application/pkcs10\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Accept: application/pkix-cert\r\n"
        "Content-Length: %u\r\n"
        "\r\n",
        est->again ? "re" : "", est->host, (unsigned)est->tcp_port, (unsigned)body_size);

    return n < 0 || n >= HEAD_MAX ? 0 : (size_t)n;
}

// Writes the request to scratch: its bytes, 0 if the host's name is too long for it, or a failure.
static int write_request(const struct est *est, struct failure *failure)
{
    const struct request request = {est->key, &est->tls->random, est->mac, est->code};
    uint8_t *const der = est->scratch + REQUEST_AT;
    int der_size = request_write(&request, der, failure);
    size_t head_size;
    size_t n;

    if (der_size < 0)
        return der_size;
    head_size = write_head(est, ((size_t)der_size + 2) / 3 * 4);
    if (head_size == 0)
        return 0;
    // Cannot fail: there is room.
    (void)mbedtls_base64_encode(
        est->scratch + head_size, REQUEST_AT - HEAD_MAX, &n, der, (size_t)der_size);
    return (int)(head_size + n);
}

int est_start(struct est *est, struct failure *failure)
{
    int rc = tls_random_seed(&est->tls->random, est->tls->port);

    est->phase = EST_IDLE;
    if (rc != 0) {
        failure_set(failure, RESULT_TLS_FAILED, "no random numbers");
        failure->code = rc;
        return -(int)RESULT_TLS_FAILED;
    }
    rc = write_request(est, failure);
    if (rc < 0)
        return rc;
    memset(est->https, 0, sizeof *est->https);
    est->https->tls = est->tls;
    est->https->out = est->scratch;
    est->https->out_size = (size_t)rc;
    rc = https_open(est->https, est->host, est->tcp_port, failure);
    if (rc < 0)
        return rc;
    est->phase = EST_REQUEST;
    return 0;
}

// What the server wants, within bounds, and up to a quarter more: whoever waits must not come back
// in step with the others.
static uint32_t pause_ms(const struct est *est)
{
    uint32_t pause_s = est->https->head.retry_after_s;
    uint8_t random[2] = {0};

    if (pause_s == 0)
        pause_s = EST_RETRY_S;
    if (pause_s < EST_RETRY_MIN_S)
        pause_s = EST_RETRY_MIN_S;
    if (pause_s > EST_RETRY_MAX_S)
        pause_s = EST_RETRY_MAX_S;
    (void)est->tls->port->ops->random(est->tls->port, random, sizeof random);
    return pause_s * 1000 + pause_s * 250 / 256 * random[0] + random[1];
}

static int step_request(struct est *est, struct failure *failure)
{
    const struct http_response_head *head = &est->https->head;
    int rc = https_step(est->https, failure);

    if (rc != STEP_DONE)
        return rc;
    if (head->status == 202) {
        timer_start(&est->pause, now_ms(est), pause_ms(est));
        https_stop(est->https);
        est->phase = EST_PAUSE;
    } else if (head->status != 200) {
        http_reason_start(failure, head->status);
        est->phase = EST_REASON;
    } else if (head->content_length > EST_CERTIFICATE_MAX) {
        return failure_set(failure, RESULT_OVERSIZED, "new certificate: is larger than %d bytes",
            EST_CERTIFICATE_MAX);
    } else {
        est->used = 0;
        est->phase = EST_CERTIFICATE;
    }
    return STEP_AGAIN;
}

static int refuse(struct failure *failure, const char *why)
{
    return failure_set(failure, RESULT_FILE_INVALID, "new certificate: %s", why);
}

// It stands in PEM, and was so many bytes of DER: no more than the certificate has.
static int judge(
    const struct est *est, struct identity *fresh, size_t der_size, struct failure *failure)
{
    int rc = identity_read_cert(fresh, est->scratch, est->used, est->mac, failure);

    if (rc < 0)
        return rc;
    if (fresh->cert.raw.len != der_size)
        return refuse(failure, "has bytes behind it");
    if (!tls_library_is_pair(&fresh->cert.pk, est->key))
        return refuse(failure, "is not for our key");

    // Borrowed, as fetch.c does it.
    mbedtls_x509_crt own_ca = fresh->ca;

    fresh->ca = est->identity->ca;
    rc = identity_check_chain(fresh, true, failure);
    fresh->ca = own_ca;
    return rc;
}

static int end_certificate(struct est *est, struct failure *failure)
{
    const size_t der_size = est->used;
    struct identity fresh;
    int rc;

    est->used = pem_write(LABEL, est->scratch + CERTIFICATE_AT, der_size, (char *)est->scratch);
    identity_init(&fresh);
    memory_watch();
    rc = judge(est, &fresh, der_size, failure);
    rc = memory_judge(rc, failure);
    identity_clear(&fresh);
    return rc;
}

static int step_certificate(struct est *est, struct failure *failure)
{
    int n = https_read(est->https, est->scratch + CERTIFICATE_AT + est->used,
        EST_CERTIFICATE_MAX - est->used, failure);

    if (n == TLS_END)
        return end_certificate(est, failure);
    if (n < 0)
        return n;
    est->used += (size_t)n;
    return STEP_AGAIN;
}

static int step_pause(struct est *est, struct failure *failure)
{
    int rc;

    if (!timer_ended(&est->pause, now_ms(est)))
        return STEP_AGAIN;
    rc = est_start(est, failure);
    return rc < 0 ? rc : STEP_AGAIN;
}

static int step(struct est *est, struct failure *failure)
{
    switch (est->phase) {
    case EST_REQUEST: return step_request(est, failure);
    case EST_REASON: return http_reason_step(est->https, failure);
    case EST_CERTIFICATE: return step_certificate(est, failure);
    case EST_PAUSE: return step_pause(est, failure);
    case EST_IDLE: break;
    }
    return failure_set(failure, RESULT_CONNECT_FAILED, "not connected");
}

int est_step(struct est *est, struct failure *failure)
{
    int rc = step(est, failure);

    if (rc != STEP_AGAIN)
        est_stop(est);
    return rc;
}

uint32_t est_wait_ms(const struct est *est, uint32_t at_ms)
{
    if (est->phase == EST_PAUSE)
        return timer_left_ms(&est->pause, at_ms);
    return https_wait_ms(est->https, at_ms);
}

void est_stop(struct est *est)
{
    https_stop(est->https);
    est->phase = EST_IDLE;
}
