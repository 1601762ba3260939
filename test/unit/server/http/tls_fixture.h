#ifndef TEST_SERVER_HTTP_TLS_FIXTURE_H
#define TEST_SERVER_HTTP_TLS_FIXTURE_H

// A server over TLS on a port of its own, with a CA and devices' certificates, and clients for it.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/http/http_server.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define TLS_FIXTURE_DEVICES 3
#define TLS_FIXTURE_WAIT_MS 20000
#define TLS_FIXTURE_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS_FIXTURE_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

struct tls_fixture {
    void *folder;
    struct pki_folder_pair server;
    struct pki_folder_pair devices[TLS_FIXTURE_DEVICES];
    gnutls_certificate_credentials_t credentials[TLS_FIXTURE_DEVICES];
};

static inline void tls_fixture_credentials(
    const struct pki_folder_pair *pair, gnutls_certificate_credentials_t *out)
{
    assert_int_equal(gnutls_certificate_allocate_credentials(out), 0);
    assert_true(gnutls_certificate_set_x509_key_file(
                    *out, pair->public_path, pair->key_path, GNUTLS_X509_FMT_PEM) >= 0);
}

static inline void tls_fixture_make(struct tls_fixture *f, enum private_key_kind kind)
{
    struct pki_folder_order order = {.kind = kind, .now_ms = clock_now_ms()};
    struct issuer_order wanted = {.common_name = "localhost", .now_ms = order.now_ms};
    struct issuer *issuer;
    struct pki_folder_pair ca;
    char place[SCRATCH_PATH_SIZE];
    char mac[13];

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(scratch_make(&f->folder), 0);
    scratch_path(f->folder, "pki", place);
    order.folder = place;
    assert_int_equal(pki_folder_init(&order, "test", &ca, NULL), 0);
    assert_int_equal(pki_folder_open(place, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &f->server, NULL), 0);
    for (int i = 0; i < TLS_FIXTURE_DEVICES; i++) {
        snprintf(mac, sizeof mac, "84f3eb%06x", (unsigned)i + 1);
        assert_int_equal(pki_folder_add_device(issuer, &order, mac, &f->devices[i], NULL), 0);
        tls_fixture_credentials(&f->devices[i], &f->credentials[i]);
    }
    issuer_free(issuer);
}

static inline void tls_fixture_clear(struct tls_fixture *f)
{
    for (int i = 0; i < TLS_FIXTURE_DEVICES; i++)
        gnutls_certificate_free_credentials(f->credentials[i]);
    assert_int_equal(scratch_remove(&f->folder), 0);
}

static inline uint16_t tls_fixture_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static inline int tls_fixture_take_all(const uint8_t *der, size_t n, void *ctx, struct err *err)
{
    (void)der;
    (void)n;
    (void)ctx;
    (void)err;
    return 0;
}

// Completes the settings by what is the fixture's, and starts; *port is where.
static inline struct http_server *tls_fixture_start(
    const struct tls_fixture *f, struct http_server_settings *settings)
{
    struct http_server *server;
    struct err err = {0};

    settings->name = "test";
    settings->address = "127.0.0.1";
    settings->port = tls_fixture_free_port();
    settings->certificate_file = f->server.public_path;
    settings->key_file = f->server.key_path;
    if (settings->verify == NULL)
        settings->verify = tls_fixture_take_all;
    if (http_server_start(settings, &server, &err) < 0)
        fail_msg("%s", err.message);
    return server;
}

// A client's connection.
struct tls_fixture_client {
    int fd;
    gnutls_session_t session;
};

static inline int tls_fixture_connect(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    struct timeval wait = {.tv_sec = TLS_FIXTURE_WAIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

// Shakes hands, and returns what came of that: 0, or what GnuTLS says. kept: the session to resume,
// if there is one.
static inline int tls_fixture_open(struct tls_fixture_client *client, uint16_t port,
    gnutls_certificate_credentials_t credentials, const char *priorities,
    const gnutls_datum_t *kept)
{
    int rc;

    client->fd = tls_fixture_connect(port);
    assert_int_equal(gnutls_init(&client->session, GNUTLS_CLIENT), 0);
    assert_int_equal(gnutls_priority_set_direct(client->session, priorities, NULL), 0);
    assert_int_equal(
        gnutls_credentials_set(client->session, GNUTLS_CRD_CERTIFICATE, credentials), 0);
    gnutls_transport_set_int(client->session, client->fd);
    if (kept != NULL && kept->data != NULL)
        assert_int_equal(gnutls_session_set_data(client->session, kept->data, kept->size), 0);
    do
        rc = gnutls_handshake(client->session);
    while (rc == GNUTLS_E_INTERRUPTED);
    return rc;
}

static inline void tls_fixture_close(struct tls_fixture_client *client)
{
    gnutls_deinit(client->session);
    close(client->fd);
}

static inline void tls_fixture_send(struct tls_fixture_client *client, const char *text)
{
    assert_int_equal(gnutls_record_send(client->session, text, strlen(text)), strlen(text));
}

// Reads until so many bytes are there, or the connection ends; returns how many there were.
static inline size_t tls_fixture_read(struct tls_fixture_client *client, size_t max)
{
    char bytes[16384];
    int64_t until = clock_monotonic_ms() + TLS_FIXTURE_WAIT_MS;
    size_t n = 0;
    ssize_t r;

    while (n < max) {
        r = gnutls_record_recv(
            client->session, bytes, max - n < sizeof bytes ? max - n : sizeof bytes);
        // As also when it was a ticket that came.
        if (r == GNUTLS_E_AGAIN && clock_monotonic_ms() > until)
            fail_msg("only %zu bytes came in %d ms", n, TLS_FIXTURE_WAIT_MS);
        if (r == 0 || (r < 0 && gnutls_error_is_fatal((int)r) != 0))
            break;
        n += r > 0 ? (size_t)r : 0;
    }
    return n;
}

static inline struct http_server_counters tls_fixture_counters(struct http_server *server)
{
    struct http_server_counters counters;

    http_server_read_counters(server, &counters);
    return counters;
}

#endif
