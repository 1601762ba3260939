#ifndef TEST_SERVER_ENROL_EST_PLACE_H
#define TEST_SERVER_ENROL_EST_PLACE_H

// Enrolment on a port of its own, over TLS, and who asks there.

#include "server/enrol/enrol.h"
#include "server/http/http_server.h"
#include "test/unit/server/enrol/est_fixture.h"
#include "test/unit/server/http/tls_fixture.h"

struct place {
    struct est_fixture *e;
    struct enrol *enrol;
    struct http_server *server;
    uint16_t port;
    gnutls_certificate_credentials_t nobody, claim, device;
};

static inline void open_place(struct place *p, struct est_fixture *e, enum enrol_policy policy)
{
    struct enrol_settings settings = {.store = e->store->store,
        .auth = e->auth,
        .claim_ca = e->claim_ca,
        .policy = policy,
        .retry_after_s = 77,
        .claim_per_minute = 30,
        .address_per_minute = 150,
        .sign = est_fixture_sign,
        .ctx = e};
    struct http_server_settings server = {.routes = enrol_routes(),
        .max_body_bytes = ENROL_BODY_MAX,
        .threads = 2,
        .max_connections = 20,
        .timeout_s = 20,
        .name = "test",
        .address = "127.0.0.1",
        .port = tls_fixture_free_port(),
        .certificate_file = e->server.public_path,
        .key_file = e->server.key_path,
        .verify = enrol_verify,
        .certificate_optional = true};

    signal(SIGPIPE, SIG_IGN);
    *p = (struct place){.e = e, .port = server.port};
    assert_int_equal(enrol_new(&settings, &p->enrol, NULL), 0);
    server.ctx = server.verify_ctx = p->enrol;
    assert_int_equal(http_server_start(&server, &p->server, NULL), 0);
    assert_int_equal(gnutls_certificate_allocate_credentials(&p->nobody), 0);
    tls_fixture_credentials(&e->claim, &p->claim);
    tls_fixture_credentials(&e->device, &p->device);
}

static inline void close_place(struct place *p)
{
    gnutls_certificate_free_credentials(p->nobody);
    gnutls_certificate_free_credentials(p->claim);
    gnutls_certificate_free_credentials(p->device);
    http_server_free(p->server, 1000);
    enrol_free(p->enrol);
}

struct answer {
    int status;
    char text[16384]; // headers and body
    const uint8_t *body;
    size_t n;
};

// Asks once; more: headers, each with its end.
static inline void ask(struct place *p, gnutls_certificate_credentials_t who, const char *path,
    const char *more, const char *body, struct answer *out)
{
    struct tls_fixture_client client;
    char head[512];
    size_t n = 0;
    ssize_t r;

    assert_int_equal(tls_fixture_open(&client, p->port, who, TLS_FIXTURE_1_2, NULL), 0);
    snprintf(head, sizeof head,
        "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n",
        body != NULL ? "POST" : "GET", path, more, body != NULL ? strlen(body) : 0);
    tls_fixture_send(&client, head);
    if (body != NULL && body[0] != '\0')
        tls_fixture_send(&client, body);
    while ((r = gnutls_record_recv(client.session, out->text + n, sizeof out->text - 1 - n)) > 0 ||
           r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED)
        n += r > 0 ? (size_t)r : 0;
    out->text[n] = '\0';
    tls_fixture_close(&client);
    assert_int_equal(sscanf(out->text, "HTTP/1.1 %d", &out->status), 1);

    const char *end = strstr(out->text, "\r\n\r\n");

    assert_non_null(end);
    out->body = (const uint8_t *)end + 4;
    out->n = n - (size_t)(end + 4 - out->text);
}

static inline void assert_says(const struct answer *answer, int status, const char *text)
{
    if (answer->status != status || strstr(answer->text, text) == NULL)
        fail_msg("expected %d with \"%s\", got: %s", status, text, answer->text);
}

#endif
