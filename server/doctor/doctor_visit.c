// A TLS connection, of which each part is looked at.
#include "server/doctor/doctor_visit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define WAIT_S 5

// What was shown, judged while the handshake goes on: the other side has not yet judged us then.
struct shown {
    bool is_good;
    int fault; // X509_V_OK: none
};

static int judge(int ok, X509_STORE_CTX *ctx)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct shown *shown = SSL_get_app_data(ssl);

    if (ok == 0 && shown->fault == X509_V_OK)
        shown->fault = X509_STORE_CTX_get_error(ctx);
    // The last that is looked at, after its name.
    if (ok == 1 && X509_STORE_CTX_get_error_depth(ctx) == 0)
        shown->is_good = true;
    return ok;
}

static int set_up(const struct doctor_visit *visit, SSL_CTX **out, struct err *err)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (ctx == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for TLS");
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, judge);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
    if (SSL_CTX_load_verify_locations(ctx, visit->ca, NULL) != 1 ||
        (visit->certificate != NULL &&
            (SSL_CTX_use_certificate_chain_file(ctx, visit->certificate) != 1 ||
                SSL_CTX_use_PrivateKey_file(ctx, visit->key, SSL_FILETYPE_PEM) != 1))) {
        SSL_CTX_free(ctx);
        ERR_clear_error();
        return err_set(err, ERR_INVALID, "%s or %s cannot be used", visit->ca,
            visit->certificate != NULL ? visit->certificate : "-");
    }
    *out = ctx;
    return 0;
}

static int connect_one(const struct addrinfo *address)
{
    const struct timeval wait = {.tv_sec = WAIT_S};
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    // connect(2) ends by the second of these, too (socket(7)).
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return fd;

    int number = errno;

    close(fd);
    errno = number;
    return -1;
}

// -1 with the reason.
static int connect_any(const struct doctor_visit *visit, char *text, size_t size)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[8];
    int fd = -1;
    int rc;

    snprintf(port, sizeof port, "%u", (unsigned)visit->port);
    rc = getaddrinfo(visit->host, port, &hints, &found);
    if (rc != 0) {
        snprintf(text, size, "%s: %s", visit->host, gai_strerror(rc));
        return -1;
    }
    for (const struct addrinfo *one = found; one != NULL && fd < 0; one = one->ai_next)
        fd = connect_one(one);
    if (fd < 0)
        snprintf(text, size, "nobody answers at %s:%u: %m", visit->host, (unsigned)visit->port);
    freeaddrinfo(found);
    return fd;
}

// Whom it expects there.
static bool expect(SSL *ssl, const char *name)
{
    unsigned char address[16];

    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

static void describe(const struct shown *shown, struct doctor_visit_result *out)
{
    unsigned long code = ERR_get_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

    if (shown->fault != X509_V_OK) {
        out->end = DOCTOR_VISIT_UNTRUSTED;
        reason = X509_verify_cert_error_string(shown->fault);
    } else {
        out->end = shown->is_good ? DOCTOR_VISIT_REFUSED : DOCTOR_VISIT_NO_TLS;
    }
    snprintf(
        out->text, sizeof out->text, "%s", reason != NULL ? reason : "it closed the connection");
    ERR_clear_error();
}

static void talk(const struct doctor_visit *visit, SSL *ssl, struct doctor_visit_result *out)
{
    struct shown shown = {.fault = X509_V_OK};
    int got;

    SSL_set_app_data(ssl, &shown);
    ERR_clear_error();
    if (!expect(ssl, visit->name) || SSL_connect(ssl) != 1) {
        describe(&shown, out);
        return;
    }
    out->end = DOCTOR_VISIT_DONE;
    if (visit->n == 0 || SSL_write(ssl, visit->say, (int)visit->n) <= 0)
        return;
    got = SSL_read(ssl, out->heard, sizeof out->heard);
    out->heard_size = got > 0 ? (size_t)got : 0;
    SSL_shutdown(ssl);
}

int doctor_visit_run(
    const struct doctor_visit *visit, struct doctor_visit_result *out, struct err *err)
{
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); // of a connection that is closed meanwhile
    SSL_CTX *ctx = NULL;
    SSL *ssl = NULL;
    int fd = -1;
    int rc = set_up(visit, &ctx, err);

    *out = (struct doctor_visit_result){.end = DOCTOR_VISIT_NOBODY};
    if (rc == 0)
        fd = connect_any(visit, out->text, sizeof out->text);
    if (fd >= 0) {
        ssl = SSL_new(ctx);
        if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for TLS");
        else
            talk(visit, ssl, out);
        SSL_free(ssl);
        close(fd);
    }
    SSL_CTX_free(ctx);
    (void)signal(SIGPIPE, before);
    return rc;
}
