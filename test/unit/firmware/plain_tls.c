// In the place of firmware/core/tls.c, and of the server's end in Mbed TLS: sessions without a
// handshake whose bytes pass as they are, for tests in which thousands of connections are made and
// none is what the test is about.
#include <string.h>

#include <mbedtls/ssl.h>

#include "firmware/core/tls.h"
#include "test/unit/firmware/fake_server.h"

int tls_init(struct tls *tls, struct port *port, struct identity *identity, struct failure *failure)
{
    (void)identity;
    (void)failure;
    memset(tls, 0, sizeof *tls);
    tls->port = port;
    tls_random_init(&tls->random);
    return 0;
}

void tls_clear(struct tls *tls)
{
    if (tls->port != NULL) {
        tls_close(tls);
        tls_random_clear(&tls->random);
    }
    tls->port = NULL;
}

int tls_open(struct tls *tls, enum tls_peer peer, const char *host, uint16_t tcp_port,
    struct failure *failure)
{
    tls_close(tls);
    tls->peer = peer;
    if (strcmp(host, "localhost") != 0)
        return failure_set(failure, RESULT_CERTIFICATE_NAME, "is for another host");
    if (tls->port->ops->stream_open(tls->port, host, tcp_port) == PORT_FAILED)
        return failure_set(failure, RESULT_CONNECT_FAILED, "cannot be reached");
    tls->phase = TLS_OPEN;
    return 0;
}

int tls_step(struct tls *tls, struct failure *failure)
{
    if (tls->phase == TLS_OPEN)
        return STEP_DONE;
    return failure_set(failure, RESULT_CONNECT_FAILED, "not connected");
}

bool tls_is_busy(const struct tls *tls)
{
    (void)tls;
    return false;
}

int tls_read(struct tls *tls, uint8_t *p, size_t n, struct failure *failure)
{
    int received = tls->port->ops->stream_receive(tls->port, p, n);

    (void)failure;
    return received > 0 ? received : received == PORT_AGAIN ? 0 : TLS_END;
}

int tls_write(struct tls *tls, const uint8_t *p, size_t n, struct failure *failure)
{
    int sent = tls->port->ops->stream_send(tls->port, p, n);

    if (sent == PORT_FAILED)
        return failure_set(failure, RESULT_CONNECT_FAILED, "connection lost");
    return sent == PORT_AGAIN ? 0 : sent;
}

void tls_close(struct tls *tls)
{
    tls->phase = TLS_CLOSED;
    tls->port->ops->stream_close(tls->port);
}

// --- the server's end

static struct fake_server *server_of(mbedtls_ssl_context *ssl)
{
    return (struct fake_server *)((char *)ssl - offsetof(struct fake_server, ssl));
}

int mbedtls_ssl_handshake(mbedtls_ssl_context *ssl)
{
    (void)ssl;
    return 0;
}

int mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *buf, size_t len)
{
    return fake_server_receive(server_of(ssl), buf, len);
}

int mbedtls_ssl_write(mbedtls_ssl_context *ssl, const unsigned char *buf, size_t len)
{
    return fake_server_send(server_of(ssl), buf, len);
}

int mbedtls_ssl_close_notify(mbedtls_ssl_context *ssl)
{
    (void)ssl;
    return 0;
}
