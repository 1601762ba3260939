// TLS sessions, on Mbed TLS over the port's stream.
#include "firmware/core/tls.h"

#include <errno.h>
#include <string.h>

#include "firmware/core/memory.h"
#include "firmware/core/tls_library.h"
#include "firmware/core/tls_name.h"
#include "firmware/core/tls_retain.h"

// What the library's buffers take; a server's certificate and its chain must fit into it.
#if MBEDTLS_SSL_IN_CONTENT_LEN < 4096 || MBEDTLS_SSL_OUT_CONTENT_LEN < 4096
#define FRAGMENT_LENGTH MBEDTLS_SSL_MAX_FRAG_LEN_2048
#else
#define FRAGMENT_LENGTH MBEDTLS_SSL_MAX_FRAG_LEN_4096
#endif

static const int ciphersuites[] = {
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    0,
};

static int send_bytes(void *ctx, const unsigned char *p, size_t n)
{
    const struct tls *tls = ctx;
    int sent = tls->port->ops->stream_send(tls->port, p, n);

    if (sent == PORT_AGAIN)
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    return sent > 0 ? sent : MBEDTLS_ERR_SSL_CONN_EOF;
}

// Mbed TLS passes over warnings, empty records and HelloRequests without coming back to us as long
// as there are more: a peer that sends them without end must not hold up the device.
static int receive_bytes(void *ctx, unsigned char *p, size_t n)
{
    struct tls *tls = ctx;
    int received;

    if (tls->allowance == 0)
        return MBEDTLS_ERR_SSL_WANT_READ;
    if (n > tls->allowance)
        n = tls->allowance;
    received = tls->port->ops->stream_receive(tls->port, p, n);
    if (received == PORT_AGAIN)
        return MBEDTLS_ERR_SSL_WANT_READ;
    tls->ended = received <= 0;
    if (tls->ended)
        return MBEDTLS_ERR_SSL_CONN_EOF;
    tls->allowance -= (size_t)received;
    tls_alert_feed(&tls->alert, p, (size_t)received);
    return received;
}

// Mbed TLS would fall back to the common name, and knows no IP addresses.
static int check_name(void *ctx, mbedtls_x509_crt *cert, int depth, uint32_t *flags)
{
    struct tls *tls = ctx;

    if (depth != 0)
        return 0;
    tls->valid_to = cert->valid_to;
    if (tls_name_matches(cert, tls->host))
        *flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH;
    else
        *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    return 0;
}

// Sessions are resumed by their ID: a ticket takes more memory than is retained.
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
static void refuse_tickets(mbedtls_ssl_config *config)
{
    mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
}
#else
static void refuse_tickets(mbedtls_ssl_config *config)
{
    (void)config;
}
#endif

static int configure(struct tls *tls, struct identity *identity)
{
    mbedtls_ssl_config *config = &tls->config;
    int rc = mbedtls_ssl_config_defaults(
        config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

    if (rc == 0)
        rc = mbedtls_ssl_conf_max_frag_len(config, FRAGMENT_LENGTH);
    if (rc == 0)
        rc = mbedtls_ssl_conf_own_cert(config, &identity->cert, &identity->key);
    mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &tls->random.generator);
    tls_library_configure(config);
    mbedtls_ssl_conf_ciphersuites(config, ciphersuites);
    mbedtls_ssl_conf_cert_profile(config, &mbedtls_x509_crt_profile_next);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(config, check_name, tls);
    mbedtls_ssl_conf_ca_chain(config, &identity->ca, NULL);
    refuse_tickets(config);
    return rc;
}

static int fail_setup(struct tls *tls, int rc, struct failure *failure)
{
    rc = memory_judge(failure_set_code(failure, rc, tls->host, "no TLS session"), failure);
    tls_close(tls);
    return rc;
}

int tls_init(struct tls *tls, struct port *port, struct identity *identity, struct failure *failure)
{
    memset(tls, 0, sizeof *tls);
    tls->port = port;
    tls_random_init(&tls->random);
    mbedtls_ssl_config_init(&tls->config);
    mbedtls_ssl_init(&tls->ssl);

    tls->host = "device";
    memory_watch();

    int rc = configure(tls, identity);

    if (rc != 0) {
        rc = fail_setup(tls, rc, failure);
        tls_clear(tls);
    }
    return rc;
}

static void forget_session(struct tls *tls)
{
    struct tls_session *saved = &tls->saved[tls->peer];

    if (saved->id_size == 0)
        return;
    tls_session_clear(saved);
    tls_retain_save(tls);
}

void tls_clear(struct tls *tls)
{
    if (tls->port == NULL)
        return;
    tls_close(tls);
    for (unsigned i = 0; i < TLS_PEERS; i++)
        tls_session_clear(&tls->saved[i]);
    mbedtls_ssl_config_free(&tls->config);
    tls_random_clear(&tls->random);
    tls->port = NULL;
}

// A certificate that has expired since is no ground for resuming.
static bool may_resume(const struct tls *tls)
{
    mbedtls_x509_time valid_to;

    if (tls->saved[tls->peer].id_size == 0 || tls->no_resume[tls->peer])
        return false;
    tls_session_valid_to(&tls->saved[tls->peer], &valid_to);
    return !mbedtls_x509_time_is_past(&valid_to);
}

// The port leaves in errno why, if it knows.
static int fail_connect(struct tls *tls, struct failure *failure)
{
    failure_set(failure, RESULT_CONNECT_FAILED, "%s: cannot be reached", tls->host);
    failure->code = errno;
    tls_close(tls);
    return -(int)RESULT_CONNECT_FAILED;
}

int tls_open(struct tls *tls, enum tls_peer peer, const char *host, uint16_t tcp_port,
    struct failure *failure)
{
    int rc = tls_random_seed(&tls->random, tls->port);

    tls_close(tls);
    if (rc != 0)
        return failure_set_code(failure, rc, host, "no random numbers");
    tls->peer = peer;
    tls->host = host;
    tls->tcp_port = tcp_port;
    tls->has_read = false;
    if (!tls_session_is_with(&tls->saved_for[peer], host, tcp_port))
        tls_session_clear(&tls->saved[peer]);
    memory_watch();
    rc = mbedtls_ssl_setup(&tls->ssl, &tls->config);
    if (rc == 0)
        rc = mbedtls_ssl_set_hostname(&tls->ssl, tls->host);
    tls->resuming = may_resume(tls);
    if (rc == 0 && tls->resuming) {
        rc = tls_library_resume_session(&tls->ssl, &tls->saved[peer]);
        tls_session_valid_to(&tls->saved[peer], &tls->valid_to);
    }
    if (rc != 0)
        return fail_setup(tls, rc, failure);
    mbedtls_ssl_set_bio(&tls->ssl, tls, send_bytes, receive_bytes, NULL);
    tls->phase = TLS_CONNECTING;
    tls->ended = false;
    tls->was_short = false;
    tls->unsent = 0;
    timer_start(&tls->deadline, tls->port->ops->now_ms(tls->port), TLS_HANDSHAKE_MS);
    if (tls->port->ops->stream_open(tls->port, host, tcp_port) == PORT_FAILED)
        return fail_connect(tls, failure);
    return 0;
}

static int fail_certificate(struct tls *tls, struct failure *failure)
{
    uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
    const char *why;
    enum result result = identity_judge_flags(flags, &why);

    failure_set(failure, result, "%s: its certificate %s", tls->host, why);
    failure->code = (int32_t)flags;
    return -(int)result;
}

// It may have been that: some servers refuse instead of falling back.
static void blame_resumption(struct tls *tls)
{
    if (tls->resuming && !tls->was_short)
        tls->no_resume[tls->peer] = true;
}

static int fail_handshake(struct tls *tls, int rc, struct failure *failure)
{
    blame_resumption(tls);
    if (rc == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
        rc = fail_certificate(tls, failure);
    else if (rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        rc = failure_set_code(
            failure, (int)tls_alert_number(&tls->alert), tls->host, "refused us (TLS alert)");
    else if (rc == MBEDTLS_ERR_SSL_CONN_EOF)
        rc = failure_set_code(failure, 0, tls->host, "closed during the handshake");
    else
        rc = failure_set_code(failure, rc, tls->host, "handshake failed");
    if (tls->was_short)
        memory_recall();
    rc = memory_judge(rc, failure);
    tls_close(tls);
    return rc;
}

static int step_connect(struct tls *tls, struct failure *failure)
{
    int rc = tls->port->ops->stream_ready(tls->port);

    if (rc == PORT_AGAIN)
        return STEP_AGAIN;
    if (rc != 0)
        return fail_connect(tls, failure);
    // Spent until the handshake is done: if the device restarts before that, it must not meet again
    // what held it up.
    forget_session(tls);
    tls->phase = TLS_HANDSHAKE;
    tls->busy = true;
    return STEP_AGAIN;
}

static int connect_anew(struct tls *tls, struct failure *failure)
{
    int rc = tls_open(tls, tls->peer, tls->host, tls->tcp_port, failure);

    return rc == 0 ? STEP_AGAIN : rc;
}

static int step_handshake(struct tls *tls, struct failure *failure)
{
    tls->allowance = TLS_STEP_BYTES;
    memory_watch();

    int rc = mbedtls_ssl_handshake_step(&tls->ssl);

    // Mbed TLS 2.28 sends a Finished that it had no room to compute; the peer refuses that later.
    if (memory_was_short())
        tls->was_short = true;

    bool refused = rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE || rc == MBEDTLS_ERR_SSL_CONN_EOF;

    if (refused && tls->resuming) {
        blame_resumption(tls);
        return connect_anew(tls, failure);
    }
    if (rc != 0 && rc != MBEDTLS_ERR_SSL_WANT_READ && rc != MBEDTLS_ERR_SSL_WANT_WRITE)
        return fail_handshake(tls, rc, failure);
    tls->busy = rc == 0 || tls->allowance == 0;
    if (!tls_library_is_open(&tls->ssl))
        return STEP_AGAIN;
    tls->phase = TLS_OPEN;
    tls_session_take(&tls->ssl, &tls->valid_to, &tls->saved[tls->peer]);
    tls_retain_save(tls);
    return STEP_DONE;
}

int tls_step(struct tls *tls, struct failure *failure)
{
    if (timer_ended(&tls->deadline, tls->port->ops->now_ms(tls->port)) && tls->phase != TLS_OPEN) {
        bool connected = tls->phase == TLS_HANDSHAKE;

        if (connected)
            blame_resumption(tls);
        tls_close(tls);
        return failure_set_timeout(failure, connected ? ERROR_STEP_HANDSHAKE : ERROR_STEP_CONNECT,
            tls->host, connected ? "TLS handshake" : "connection");
    }
    switch (tls->phase) {
    case TLS_CONNECTING: return step_connect(tls, failure);
    case TLS_HANDSHAKE: return step_handshake(tls, failure);
    case TLS_OPEN: return STEP_DONE;
    case TLS_CLOSED: break;
    }
    return failure_set(failure, RESULT_CONNECT_FAILED, "not connected");
}

bool tls_is_busy(const struct tls *tls)
{
    if (tls->phase == TLS_HANDSHAKE)
        return tls->busy;
    if (tls->phase != TLS_OPEN)
        return false;
    return tls->allowance == 0 || mbedtls_ssl_check_pending(&tls->ssl) != 0;
}

static int fail_transfer(struct tls *tls, int rc, struct failure *failure)
{
    if (rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
        return TLS_END;
    // A connection may be lost at any time; but one that never served may be so for its session.
    bool lost = rc == 0 || rc == MBEDTLS_ERR_SSL_CONN_EOF;

    if (!lost || !tls->has_read)
        forget_session(tls);
    if (lost)
        rc = failure_set(failure, RESULT_CONNECT_FAILED, "%s: connection lost", tls->host);
    else
        rc = failure_set_code(failure, rc, tls->host, "session broken");
    failure->step = ERROR_STEP_TRANSFER;
    return rc;
}

int tls_read(struct tls *tls, uint8_t *p, size_t n, struct failure *failure)
{
    tls->allowance = TLS_STEP_BYTES;

    int rc = mbedtls_ssl_read(&tls->ssl, p, n);

    if (rc == 0 && !tls->ended) // empty records
        return 0;
    if (rc == MBEDTLS_ERR_SSL_WANT_READ || rc == MBEDTLS_ERR_SSL_WANT_WRITE)
        return 0;
    if (rc > 0)
        tls->has_read = true;
    return rc > 0 ? rc : fail_transfer(tls, rc, failure);
}

int tls_write(struct tls *tls, const uint8_t *p, size_t n, struct failure *failure)
{
    if (tls->unsent > 0) // Mbed TLS wants the very same length again
        n = tls->unsent;

    int rc = mbedtls_ssl_write(&tls->ssl, p, n);

    tls->unsent = 0;
    if (rc == MBEDTLS_ERR_SSL_WANT_READ || rc == MBEDTLS_ERR_SSL_WANT_WRITE) {
        tls->unsent = n;
        return 0;
    }
    return rc > 0 ? rc : fail_transfer(tls, rc, failure);
}

void tls_close(struct tls *tls)
{
    if (tls->port == NULL)
        return;
    if (tls->phase == TLS_OPEN)
        (void)mbedtls_ssl_close_notify(&tls->ssl);
    tls->phase = TLS_CLOSED;
    tls->unsent = 0;
    mbedtls_ssl_free(&tls->ssl);
    mbedtls_ssl_init(&tls->ssl);
    tls->port->ops->stream_close(tls->port);
}
