// libmosquitto, set up and driven for one connection.
#include "server/mqtt/mqtt_handle.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEEPALIVE_S 30
#define IN_FLIGHT_MAX 1000 // messages the broker has not confirmed
#define READS_MAX 1000     // packets read before something else has its turn

static int set_up(struct mosquitto *mosq, const struct mqtt_settings *settings)
{
    static const char gone[] = "offline";
    int rc = mosquitto_threaded_set(mosq, true);

    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_int_option(mosq, MOSQ_OPT_SEND_MAXIMUM, IN_FLIGHT_MAX);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_tls_set(
            mosq, settings->ca_file, NULL, settings->cert_file, settings->key_file, NULL);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_tls_opts_set(mosq, 1, "tlsv1.2", NULL); // that or later
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_tls_insecure_set(mosq, false);
    if (rc == MOSQ_ERR_SUCCESS && settings->will != NULL)
        rc = mosquitto_will_set(mosq, settings->will, sizeof gone - 1, gone, 1, true);
    return rc;
}

int mqtt_handle_new(const struct mqtt_settings *settings, void *ctx, struct mosquitto **out)
{
    struct mosquitto *mosq = mosquitto_new(settings->client_id, false, ctx);

    if (mosq == NULL)
        return MOSQ_ERR_ERRNO;

    int rc = set_up(mosq, settings);

    if (rc != MOSQ_ERR_SUCCESS) {
        mosquitto_destroy(mosq);
        return rc;
    }
    *out = mosq;
    return MOSQ_ERR_SUCCESS;
}

void mqtt_handle_clear_wake(int wake_fd)
{
    uint64_t count;

    if (read(wake_fd, &count, sizeof count) < 0)
        return; // it was empty
}

int mqtt_handle_connect(
    struct mosquitto *mosq, const char *host, int port, struct mqtt_tls_note *note)
{
    mqtt_tls_note_expect(note);

    int rc = mosquitto_connect(mosq, host, port, KEEPALIVE_S);

    mqtt_tls_note_expect(NULL);

    SSL *ssl = rc == MOSQ_ERR_SUCCESS ? mosquitto_ssl_get(mosq) : NULL;

    if (ssl != NULL) {
        SSL_set_read_ahead(ssl, 1); // one read(2) for many small records, not two for each
        mqtt_tls_note_watch(note, ssl);
    }
    return rc;
}

// Whether OpenSSL holds bytes that it read ahead, of which poll() knows nothing. Not so if the last
// attempt found but a part of a record.
static bool has_read_ahead(struct mosquitto *mosq)
{
    SSL *ssl = mosquitto_ssl_get(mosq);

    return ssl != NULL && !SSL_want_read(ssl) && SSL_has_pending(ssl);
}

// libmosquitto reads one packet at a time.
static int read_packets(struct mosquitto *mosq)
{
    int rc = mosquitto_loop_read(mosq, 1);

    for (int i = 1; i < READS_MAX && rc == MOSQ_ERR_SUCCESS && has_read_ahead(mosq); i++)
        rc = mosquitto_loop_read(mosq, 1);
    return rc;
}

int mqtt_handle_read(struct mosquitto *mosq, int wake_fd, int timeout_ms, bool held_back)
{
    struct pollfd fds[2] = {
        {.fd = mosquitto_socket(mosq), .events = POLLIN},
        {.fd = wake_fd, .events = POLLIN},
    };
    int rc = MOSQ_ERR_SUCCESS;

    if (fds[0].fd < 0)
        return MOSQ_ERR_NO_CONN;
    if (!held_back && mosquitto_want_write(mosq))
        fds[0].events |= POLLOUT;

    bool ahead = has_read_ahead(mosq);

    if (poll(fds, 2, ahead ? 0 : timeout_ms) < 0)
        return errno == EINTR ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ERRNO;
    if (fds[1].revents != 0)
        mqtt_handle_clear_wake(wake_fd);
    if (fds[0].revents != 0 || ahead) // also when writable: it drives the handshake
        rc = read_packets(mosq);
    return rc;
}

int mqtt_handle_write(struct mosquitto *mosq)
{
    int rc = mosquitto_want_write(mosq) ? mosquitto_loop_write(mosq, 1) : MOSQ_ERR_SUCCESS;

    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_loop_misc(mosq);
    return rc;
}

uint8_t *mqtt_handle_peer(struct mosquitto *mosq, size_t *n)
{
    SSL *ssl = mosquitto_ssl_get(mosq);
    X509 *x509 = ssl != NULL ? SSL_get1_peer_certificate(ssl) : NULL;
    int size = x509 != NULL ? i2d_X509(x509, NULL) : 0;
    uint8_t *der = size > 0 ? malloc((size_t)size) : NULL;
    uint8_t *end = der;

    if (der != NULL)
        *n = (size_t)i2d_X509(x509, &end);
    X509_free(x509);
    return der;
}

bool mqtt_handle_is_reset(struct mosquitto *mosq)
{
    struct pollfd fd = {.fd = mosquitto_socket(mosq)};

    return fd.fd >= 0 && poll(&fd, 1, 0) > 0 && (fd.revents & (POLLERR | POLLHUP)) != 0;
}

void mqtt_handle_describe(int code, char *out, size_t size)
{
    int number = errno;
    const char *text = mosquitto_strerror(code);

    if (code == MOSQ_ERR_ERRNO && number != EPROTO) {
        errno = number;
        snprintf(out, size, "%m");
        return;
    }
    if (code == MOSQ_ERR_EAI)
        text = gai_strerror(number);
    else if (code == MOSQ_ERR_INVAL)
        text = "the certificate files cannot be used";
    snprintf(out, size, "%s", text);
}

const char *mqtt_handle_refusal(int code)
{
    if (code != CONNACK_REFUSED_NOT_AUTHORIZED)
        return mosquitto_connack_string(code);
    return "the broker does not let this daemon in, and its log says why: plugin_opt_daemon in its "
           "configuration and client_id in [mqtt] must be the common name of this daemon's "
           "certificate, which nobody has revoked";
}
