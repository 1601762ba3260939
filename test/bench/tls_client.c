// An HTTPS client with a certificate, one blocking connection at a time.
#include "test/bench/tls_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATH_SIZE 512
#define HEAD_SIZE 8192
#define BUFFER_SIZE 65536

static void fail(const char *what)
{
    char reason[256];

    ERR_error_string_n(ERR_peek_error(), reason, sizeof reason);
    fprintf(stderr, "tls_load: %s: %s\n", what, reason);
    exit(1);
}

void tls_client_client_init(struct tls_client_client *client, const char *ca_file,
    const char *folder, const char *mac, bool tls13)
{
    int version = tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
    char cert[PATH_SIZE], key[PATH_SIZE];

    snprintf(cert, sizeof cert, "%s/%s.crt", folder, mac);
    snprintf(key, sizeof key, "%s/%s.key", folder, mac);
    client->session = NULL;
    client->ctx = SSL_CTX_new(TLS_client_method());
    if (client->ctx == NULL || SSL_CTX_load_verify_locations(client->ctx, ca_file, NULL) != 1 ||
        SSL_CTX_use_certificate_chain_file(client->ctx, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(client->ctx, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_set_min_proto_version(client->ctx, version) != 1 ||
        SSL_CTX_set_max_proto_version(client->ctx, version) != 1)
        fail(cert);
    SSL_CTX_set_verify(client->ctx, SSL_VERIFY_PEER, NULL);
    if (!tls13)
        SSL_CTX_set_options(client->ctx, SSL_OP_NO_TICKET);
    // A server that just closes the connection has ended its answer, as every deployed client sees
    // it.
    SSL_CTX_set_options(client->ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

void tls_client_client_clear(struct tls_client_client *client)
{
    SSL_SESSION_free(client->session);
    SSL_CTX_free(client->ctx);
}

SSL *tls_client_open(const struct tls_client_client *client, unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;
    SSL *ssl = SSL_new(client->ctx);

    if (fd < 0 || ssl == NULL || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("tls_load: connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    SSL_set_fd(ssl, fd);
    if (client->session != NULL)
        SSL_set_session(ssl, client->session);
    if (SSL_connect(ssl) != 1)
        fail("handshake");
    return ssl;
}

static size_t content_length(const char *head, bool *has)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");

    *has = line != NULL;
    return line != NULL ? strtoul(line + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

// Reads up to the empty line; *extra is what of the body came with it.
static unsigned read_head(SSL *ssl, char head[HEAD_SIZE], size_t *extra)
{
    size_t n = 0;
    unsigned status = 0;

    for (;;) {
        int got = SSL_read(ssl, head + n, (int)(HEAD_SIZE - 1 - n));

        if (got <= 0)
            fail("answer");
        n += (size_t)got;
        head[n] = '\0';

        const char *end = strstr(head, "\r\n\r\n");

        if (end != NULL) {
            *extra = n - (size_t)(end + 4 - head);
            break;
        }
    }
    if (sscanf(head, "HTTP/1.1 %u", &status) != 1)
        fail("no HTTP answer");
    return status;
}

struct tls_client_answer tls_client_get(SSL *ssl, const char *path, bool close)
{
    static _Thread_local char buffer[BUFFER_SIZE];
    char head[HEAD_SIZE];
    size_t got, length;
    bool bounded;
    int n = snprintf(head, sizeof head,
        "GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ESP8266HTTPClient\r\n"
        "Connection: %s\r\n\r\n",
        path, close ? "close" : "keep-alive");

    if (SSL_write(ssl, head, n) != n)
        fail("request");

    struct tls_client_answer answer = {
        .status = read_head(ssl, head, &got), .resumed = SSL_session_reused(ssl) == 1};

    length = content_length(head, &bounded);
    if (answer.status == 304)
        length = 0;
    else if (!bounded)
        fail("answer without Content-Length");
    while (got < length || close) {
        int more = SSL_read(ssl, buffer, sizeof buffer);

        if (more <= 0)
            break;
        got += (size_t)more;
    }
    if (got != length)
        fail("answer of another length than its Content-Length");
    answer.bytes = got;
    return answer;
}

void tls_client_keep_session(struct tls_client_client *client, SSL *ssl)
{
    SSL_SESSION_free(client->session);
    client->session = SSL_get1_session(ssl);
}

void tls_client_close(SSL *ssl)
{
    int fd = SSL_get_fd(ssl);

    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
}
