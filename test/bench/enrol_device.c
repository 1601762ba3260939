// One device that asks for its certificate, as often as it has to.
#include "test/bench/enrol_device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATTEMPT_MS 30000
#define PAUSE_MS 2000 // after an attempt that was not answered, doubled each time
#define DOUBLINGS_MAX 4

static _Noreturn void end(const struct enrol_device *device, const char *what)
{
    fprintf(stderr, "enrol_load: %s: %s\n", device->mac, what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

// The certification request in base64, which the caller frees.
static char *make_request(const struct enrol_device *device)
{
    X509_REQ *request = X509_REQ_new();
    X509_NAME *name = X509_REQ_get_subject_name(request);
    unsigned char *der = NULL;
    int n = -1;

    if (X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, (const unsigned char *)device->mac, -1, -1, 0) == 1 &&
        X509_REQ_set_pubkey(request, device->key) == 1 &&
        X509_REQ_sign(request, device->key, EVP_sha256()) > 0)
        n = i2d_X509_REQ(request, &der);
    if (n < 0)
        end(device, "no request can be made");

    char *base64 = calloc(1, (size_t)n * 4 / 3 + 8);

    if (base64 == NULL)
        end(device, "no memory");
    EVP_EncodeBlock((unsigned char *)base64, der, n);
    OPENSSL_free(der);
    X509_REQ_free(request);
    return base64;
}

void enrol_device_init(struct enrol_device *device, const char *mac)
{
    static const char format[] = "POST /.well-known/est/simpleenroll HTTP/1.1\r\n"
                                 "Host: localhost\r\n"
                                 "Content-Type: application/pkcs10\r\n"
                                 "Accept: application/pkix-cert\r\n"
                                 "Content-Length: %zu\r\n"
                                 "Connection: close\r\n\r\n%s";

    *device = (struct enrol_device){.fd = -1};
    snprintf(device->mac, sizeof device->mac, "%s", mac);
    device->key = EVP_EC_gen("P-256");
    if (device->key == NULL)
        end(device, "no key can be made");

    char *base64 = make_request(device);
    size_t size = sizeof format + strlen(base64) + 20;

    device->request = malloc(size);
    if (device->request == NULL)
        end(device, "no memory");
    device->request_n = (size_t)snprintf(device->request, size, format, strlen(base64), base64);
    free(base64);
}

static void hang_up(struct enrol_device *device)
{
    SSL_free(device->ssl);
    device->ssl = NULL;
    if (device->fd >= 0)
        close(device->fd);
    device->fd = -1;
}

void enrol_device_clear(struct enrol_device *device)
{
    hang_up(device);
    EVP_PKEY_free(device->key);
    free(device->request);
}

// Give or take a quarter, so that they do not come again in step.
static void pause_for(struct enrol_device *device, int64_t ms, int64_t now_ms)
{
    hang_up(device);
    device->state = ENROL_DEVICE_PAUSE;
    device->due_ms = now_ms + ms * 3 / 4 + ms / 2 * (random() % 1000) / 1000;
}

void enrol_device_give_up(
    struct enrol_device *device, struct enrol_device_place *place, int64_t now_ms)
{
    unsigned doublings = device->failures < DOUBLINGS_MAX ? device->failures : DOUBLINGS_MAX;

    place->failures++;
    device->failures++;
    ERR_clear_error();
    pause_for(device, (int64_t)PAUSE_MS << doublings, now_ms);
}

void enrol_device_start(
    struct enrol_device *device, struct enrol_device_place *place, size_t number, int64_t now_ms)
{
    struct sockaddr_in own = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(ntohl(place->address) + (uint32_t)number)};
    struct sockaddr_in server = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)place->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    device->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (device->fd < 0 || bind(device->fd, (struct sockaddr *)&own, sizeof own) < 0 ||
        (connect(device->fd, (struct sockaddr *)&server, sizeof server) < 0 &&
            errno != EINPROGRESS))
        end(device, strerror(errno));
    device->ssl = SSL_new(place->ctx);
    if (device->ssl == NULL || SSL_set1_host(device->ssl, "localhost") != 1 ||
        SSL_set_fd(device->ssl, device->fd) != 1)
        end(device, "no TLS");
    SSL_set_connect_state(device->ssl);
    if (device->began_ms == 0)
        device->began_ms = now_ms;
    device->state = ENROL_DEVICE_CONNECT;
    device->due_ms = now_ms + ATTEMPT_MS;
    device->sent = 0;
    device->used = 0;
}

// The certificate is the one that was asked for.
static void take_certificate(
    struct enrol_device *device, const char *body, size_t n, int64_t now_ms)
{
    const unsigned char *p = (const unsigned char *)body;
    X509 *certificate = d2i_X509(NULL, &p, (long)n);
    char name[32] = "";

    if (certificate == NULL)
        end(device, "the answer is no certificate");
    X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    if (strcmp(name, device->mac) != 0 ||
        EVP_PKEY_eq(X509_get0_pubkey(certificate), device->key) != 1)
        end(device, "the certificate is another's");

    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = BN_bn2hex(serial);

    snprintf(device->serial, sizeof device->serial, "%s", hex);
    OPENSSL_free(hex);
    BN_free(serial);
    X509_free(certificate);
    hang_up(device);
    device->state = ENROL_DEVICE_DONE;
    device->due_ms = now_ms;
}

static void take_answer(
    struct enrol_device *device, struct enrol_device_place *place, int64_t now_ms)
{
    unsigned status = 0;
    const char *retry = strcasestr(device->answer, "\r\nRetry-After: ");
    const char *body = strstr(device->answer, "\r\n\r\n");

    if (body == NULL || sscanf(device->answer, "HTTP/1.1 %u", &status) != 1) {
        enrol_device_give_up(device, place, now_ms);
        return;
    }
    place->answers++;
    device->failures = 0;
    if (status == 200) {
        take_certificate(
            device, body + 4, device->used - (size_t)(body + 4 - device->answer), now_ms);
    } else if (retry != NULL && (status == 202 || status == 429 || status == 503)) {
        place->told_to_wait++;
        pause_for(device, strtol(retry + 15, NULL, 10) * 1000, now_ms);
    } else {
        end(device, device->answer);
    }
}

// What OpenSSL waits for; 0: the connection has ended.
static uint32_t wanted(const struct enrol_device *device, int rc)
{
    switch (SSL_get_error(device->ssl, rc)) {
    case SSL_ERROR_WANT_READ: return EPOLLIN;
    case SSL_ERROR_WANT_WRITE: return EPOLLOUT;
    default: return 0;
    }
}

static int go_on(struct enrol_device *device)
{
    int rc;

    if (device->state == ENROL_DEVICE_CONNECT) {
        rc = SSL_do_handshake(device->ssl);
        if (rc == 1)
            device->state = ENROL_DEVICE_SEND;
        return rc;
    }
    if (device->state == ENROL_DEVICE_SEND) {
        rc = SSL_write(
            device->ssl, device->request + device->sent, (int)(device->request_n - device->sent));
        if (rc > 0 && (device->sent += (size_t)rc) == device->request_n)
            device->state = ENROL_DEVICE_RECEIVE;
        return rc;
    }
    rc = SSL_read(
        device->ssl, device->answer + device->used, (int)(ENROL_DEVICE_ANSWER_MAX - device->used));
    if (rc > 0)
        device->used += (size_t)rc;
    return rc;
}

uint32_t enrol_device_step(
    struct enrol_device *device, struct enrol_device_place *place, int64_t now_ms)
{
    uint32_t events;
    int rc;

    ERR_clear_error();
    while ((rc = go_on(device)) > 0)
        continue;
    events = wanted(device, rc);
    if (events != 0)
        return events;
    device->answer[device->used] = '\0';
    take_answer(device, place, now_ms);
    return 0;
}
