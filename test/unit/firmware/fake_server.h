#ifndef TEST_UNIT_FIRMWARE_FAKE_SERVER_H
#define TEST_UNIT_FIRMWARE_FAKE_SERVER_H

#include <stdlib.h>

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/x509_crt.h>

#include "firmware/core/identity.h"
#include "test/unit/firmware/fake_port.h"
#include "test/unit/firmware/make_image.h"
#include "test/unit/firmware/tls_library.h"

// A real TLS server in memory at the other end of the fake port's stream. It answers each request
// with the bytes it was given and closes. It runs when the client waits for it.

// What kind of key CA, server and devices have: P-256, unless the test says otherwise.
#ifndef FAKE_MAKE_KEY
#define FAKE_MAKE_KEY(maker, key) make_ec_key(maker, MBEDTLS_ECP_DP_SECP256R1, key)
#endif

#define FAKE_PIPE_SIZE 65536
#define FAKE_PEM_SIZE 2048

struct fake_pipe {
    size_t from;
    size_t to;
    uint8_t bytes[FAKE_PIPE_SIZE];
};

struct fake_certificate {
    struct made_key key;
    mbedtls_x509_crt crt;
    char pem[FAKE_PEM_SIZE];
};

struct fake_server {
    struct fake_port port; // first: the client's
    struct maker maker;
    struct fake_certificate ca;
    struct fake_certificate cert; // the server's
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_cache_context cache;
    struct fake_pipe up;
    struct fake_pipe down;
    const uint8_t *answer;
    size_t answer_size;
    size_t answered;
    char request[1024];
    size_t request_size;
    bool is_open;
    bool has_shaken_hands;
    bool is_closed;                             // by the server
    bool refuses;                               // connections
    bool hangs;                                 // instead of closing
    size_t cut_at;                              // of the answer's bytes: then the connection breaks
    uint16_t tcp_port;                          // that the client wanted
    void (*choose)(struct fake_server *server); // the answer to a request, if set
    bool (*talk)(struct fake_server *server);   // true: has served this connection in its own way
};

static inline int fake_pipe_put(struct fake_pipe *pipe, const uint8_t *p, size_t n)
{
    if (n > FAKE_PIPE_SIZE - pipe->to)
        n = FAKE_PIPE_SIZE - pipe->to;
    memcpy(pipe->bytes + pipe->to, p, n);
    pipe->to += n;
    return (int)n;
}

static inline int fake_pipe_get(struct fake_pipe *pipe, uint8_t *p, size_t n)
{
    if (n > pipe->to - pipe->from)
        n = pipe->to - pipe->from;
    memcpy(p, pipe->bytes + pipe->from, n);
    pipe->from += n;
    if (pipe->from == pipe->to)
        pipe->from = pipe->to = 0;
    return (int)n;
}

static inline int fake_server_send(void *ctx, const unsigned char *p, size_t n)
{
    int sent = fake_pipe_put(&((struct fake_server *)ctx)->down, p, n);

    return sent == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : sent;
}

static inline int fake_server_receive(void *ctx, unsigned char *p, size_t n)
{
    int received = fake_pipe_get(&((struct fake_server *)ctx)->up, p, n);

    return received == 0 ? MBEDTLS_ERR_SSL_WANT_READ : received;
}

static inline void fake_server_answer(struct fake_server *server)
{
    size_t end = server->answer_size < server->cut_at ? server->answer_size : server->cut_at;

    while (server->answered < end) {
        int n = mbedtls_ssl_write(
            &server->ssl, server->answer + server->answered, end - server->answered);

        if (n <= 0)
            return;
        server->answered += (size_t)n;
    }
    if (end == server->answer_size)
        (void)mbedtls_ssl_close_notify(&server->ssl);
    server->is_closed = !server->hangs;
}

// Whether all of a request is there: its head, and the body that this announces.
static inline bool fake_server_has_request(const struct fake_server *server)
{
    const char *end = strstr(server->request, "\r\n\r\n");
    const char *length = strstr(server->request, "Content-Length: ");
    size_t body = length == NULL ? 0 : strtoul(length + 16, NULL, 10);

    return end != NULL && strlen(end + 4) >= body;
}

static inline void fake_server_run(struct fake_server *server)
{
    if (server->is_closed)
        return;
    if (!server->has_shaken_hands) {
        int rc = mbedtls_ssl_handshake(&server->ssl);

        if (rc != 0 && rc != MBEDTLS_ERR_SSL_WANT_READ && rc != MBEDTLS_ERR_SSL_WANT_WRITE)
            server->is_closed = true;
        server->has_shaken_hands = rc == 0;
        if (rc != 0)
            return;
    }
    if (server->talk != NULL && server->talk(server))
        return;
    int n = mbedtls_ssl_read(&server->ssl, (uint8_t *)server->request + server->request_size,
        sizeof server->request - 1 - server->request_size);

    if (n > 0)
        server->request_size += (size_t)n;
    server->request[server->request_size] = '\0';
    if (!fake_server_has_request(server))
        return;
    if (server->choose != NULL && server->answered == 0)
        server->choose(server);
    fake_server_answer(server);
}

static inline int fake_stream_open(struct port *port, const char *host, uint16_t tcp_port)
{
    struct fake_server *server = (struct fake_server *)port;

    (void)host;
    server->tcp_port = tcp_port;
    if (server->refuses)
        return PORT_FAILED;
    mbedtls_ssl_session_reset(&server->ssl);
    server->up.from = server->up.to = 0;
    server->down.from = server->down.to = 0;
    server->answered = 0;
    server->request_size = 0;
    server->is_closed = false;
    server->is_open = true;
    server->has_shaken_hands = false;
    return 0;
}

static inline int fake_stream_ready(struct port *port)
{
    return ((struct fake_server *)port)->is_open ? 0 : PORT_FAILED;
}

static inline int fake_stream_send(struct port *port, const uint8_t *p, size_t n)
{
    int sent = fake_pipe_put(&((struct fake_server *)port)->up, p, n);

    return sent == 0 ? PORT_AGAIN : sent;
}

static inline int fake_stream_receive(struct port *port, uint8_t *p, size_t n)
{
    struct fake_server *server = (struct fake_server *)port;

    if (server->down.from == server->down.to)
        fake_server_run(server);
    int received = fake_pipe_get(&server->down, p, n);

    if (received == 0 && !server->is_closed)
        return PORT_AGAIN;
    return received;
}

static inline void fake_stream_close(struct port *port)
{
    ((struct fake_server *)port)->is_open = false;
}

static inline int fake_random(struct port *port, uint8_t *p, size_t n)
{
    struct fake_server *server = (struct fake_server *)port;

    return mbedtls_ctr_drbg_random(&server->maker.random, p, n) == 0 ? 0 : PORT_FAILED;
}

// What a certificate is to say; times as "20200101000000".
struct fake_subject {
    const char *name; // "CN=x"
    const char *dns;  // NULL: no subjectAltName
    const uint8_t *ip;
    const char *from;
    const char *to;
    bool is_ca;
};

static inline void fake_put_names(mbedtls_x509write_cert *write, const struct fake_subject *subject)
{
    uint8_t der[96];
    size_t n = 2;

    if (subject->dns == NULL)
        return;
    der[n++] = 0x82;
    der[n++] = (uint8_t)strlen(subject->dns);
    memcpy(der + n, subject->dns, strlen(subject->dns));
    n += strlen(subject->dns);
    if (subject->ip != NULL) {
        der[n++] = 0x87;
        der[n++] = 4;
        memcpy(der + n, subject->ip, 4);
        n += 4;
    }
    der[0] = 0x30;
    der[1] = (uint8_t)(n - 2);
    int rc = mbedtls_x509write_crt_set_extension(write, "\x55\x1d\x11", 3, 0, der, n);

    assert(rc == 0);
    (void)rc;
}

// Certifies cert's key, signed by issuer's.
static inline void fake_certify(struct maker *maker, const struct fake_subject *subject,
    struct fake_certificate *cert, struct fake_certificate *issuer, const char *issuer_name)
{
    mbedtls_x509write_cert write;
    int rc = 0;

    mbedtls_x509write_crt_init(&write);
    rc |= test_tls_library_set_serial(&write, 7);
    rc |= mbedtls_x509write_crt_set_subject_name(&write, subject->name);
    rc |= mbedtls_x509write_crt_set_issuer_name(&write, issuer_name);
    rc |= mbedtls_x509write_crt_set_validity(&write, subject->from, subject->to);
    rc |= mbedtls_x509write_crt_set_basic_constraints(&write, subject->is_ca, -1);
    mbedtls_x509write_crt_set_version(&write, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&write, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&write, &cert->key.pk);
    mbedtls_x509write_crt_set_issuer_key(&write, &issuer->key.pk);
    fake_put_names(&write, subject);
    rc |= mbedtls_x509write_crt_pem(
        &write, (uint8_t *)cert->pem, sizeof cert->pem, mbedtls_ctr_drbg_random, &maker->random);
    mbedtls_x509_crt_free(&cert->crt);
    mbedtls_x509_crt_init(&cert->crt);
    rc |= mbedtls_x509_crt_parse(&cert->crt, (uint8_t *)cert->pem, strlen(cert->pem) + 1);
    assert(rc == 0);
    mbedtls_x509write_crt_free(&write);
}

static inline void fake_certify_ca(struct fake_server *server, struct fake_certificate *ca)
{
    struct fake_subject subject = {"CN=CA", NULL, NULL, "20200101000000", "20990101000000", true};

    fake_certify(&server->maker, &subject, ca, ca, "CN=CA");
}

// Lets the server use what is in server->cert.
static inline void fake_server_configure(struct fake_server *server)
{
    int rc;

    mbedtls_ssl_free(&server->ssl);
    mbedtls_ssl_config_free(&server->config);
    mbedtls_ssl_config_init(&server->config);
    mbedtls_ssl_init(&server->ssl);
    rc = mbedtls_ssl_config_defaults(&server->config, MBEDTLS_SSL_IS_SERVER,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(&server->config, mbedtls_ctr_drbg_random, &server->maker.random);
    mbedtls_ssl_conf_authmode(&server->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&server->config, &server->ca.crt, NULL);
    mbedtls_ssl_conf_session_cache(
        &server->config, &server->cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
    rc |= mbedtls_ssl_conf_own_cert(&server->config, &server->cert.crt, &server->cert.key.pk);
    rc |= mbedtls_ssl_setup(&server->ssl, &server->config);
    assert(rc == 0);
    mbedtls_ssl_set_bio(&server->ssl, server, fake_server_send, fake_server_receive, NULL);
}

static inline void fake_server_certify(
    struct fake_server *server, const struct fake_subject *subject)
{
    fake_certify(&server->maker, subject, &server->cert, &server->ca, "CN=CA");
    fake_server_configure(server);
}

static inline void fake_server_init(struct fake_server *server, struct port_ops *ops)
{
    struct fake_subject subject = {
        "CN=localhost", "localhost", NULL, "20200101000000", "20990101000000", false};

    fake_init(&server->port);
    *ops = fake_ops;
    ops->stream_open = fake_stream_open;
    ops->stream_ready = fake_stream_ready;
    ops->stream_send = fake_stream_send;
    ops->stream_receive = fake_stream_receive;
    ops->stream_close = fake_stream_close;
    ops->random = fake_random;
    server->port.port.ops = ops;
    server->cut_at = SIZE_MAX;
    maker_init(&server->maker);
    mbedtls_ssl_config_init(&server->config);
    mbedtls_ssl_init(&server->ssl);
    mbedtls_ssl_cache_init(&server->cache);
    FAKE_MAKE_KEY(&server->maker, &server->ca.key);
    FAKE_MAKE_KEY(&server->maker, &server->cert.key);
    fake_certify_ca(server, &server->ca);
    fake_server_certify(server, &subject);
}

static inline void fake_certificate_clear(struct fake_certificate *cert)
{
    made_key_clear(&cert->key);
    mbedtls_x509_crt_free(&cert->crt);
}

static inline void fake_server_clear(struct fake_server *server)
{
    mbedtls_ssl_free(&server->ssl);
    mbedtls_ssl_config_free(&server->config);
    mbedtls_ssl_cache_free(&server->cache);
    fake_certificate_clear(&server->cert);
    fake_certificate_clear(&server->ca);
    maker_clear(&server->maker);
}

// Makes a key and a certificate for it from that issuer; key_pem takes FAKE_PEM_SIZE bytes.
static inline void fake_issue(struct fake_server *server, struct fake_certificate *issuer,
    const char *common_name, struct fake_certificate *cert, char *key_pem)
{
    char name[64];
    struct fake_subject subject = {name, NULL, NULL, "20200101000000", "20990101000000", false};

    snprintf(name, sizeof name, "CN=%s", common_name);
    memset(cert, 0, sizeof *cert);
    FAKE_MAKE_KEY(&server->maker, &cert->key);
    fake_certify(&server->maker, &subject, cert, issuer, "CN=CA");
    int rc = mbedtls_pk_write_key_pem(&cert->key.pk, (uint8_t *)key_pem, FAKE_PEM_SIZE);

    assert(rc == 0);
    (void)rc;
}

// A device's identity that the server accepts.
static inline void fake_identity(
    struct fake_server *server, const char *mac, struct identity *identity)
{
    struct fake_certificate cert;
    char pem[FAKE_PEM_SIZE];
    struct failure failure;
    int rc = 0;

    fake_issue(server, &server->ca, mac, &cert, pem);
    identity_init(identity);
    rc |= identity_read_key(identity, (uint8_t *)pem, strlen(pem), &failure);
    rc |= identity_read_cert(identity, (uint8_t *)cert.pem, strlen(cert.pem), mac, &failure);
    rc |= identity_read_ca(identity, (uint8_t *)server->ca.pem, strlen(server->ca.pem), &failure);
    rc |= identity_check_key(identity, &failure);
    rc |= identity_check_chain(identity, true, &failure);
    assert(rc == 0);
    (void)rc;
    fake_certificate_clear(&cert);
}

#endif
