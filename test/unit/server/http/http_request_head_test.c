// Heads of requests, good and bad, as the server answers them.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/http/http_server.h"

static char folder[] = "/tmp/secureesp-head-XXXXXX";
static char path[64];

static void answer(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct http_response_bytes bytes = http_response_own(malloc(1), 0);

    (void)request;
    (void)ctx;
    http_response_set_bytes(response, 200, "text/plain", &bytes);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/:", answer}, {HTTP_POST, "/:", answer}, {0, NULL, NULL}};

static struct http_server *start(void)
{
    struct http_server_settings settings = {.routes = routes,
        .max_body_bytes = 1000,
        .threads = 1,
        .max_connections = 16,
        .socket_path = path,
        .socket_mode = 0600};
    struct http_server *server;
    struct err err = {0};

    if (http_server_start(&settings, &server, &err) < 0)
        fail_msg("%s", err.message);
    return server;
}

// The status of the answer, after which the server closes.
static int ask(const char *request, size_t n)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char text[4096] = {0};
    size_t used = 0;
    ssize_t got;

    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(fd, request, n), n);
    while ((got = read(fd, text + used, sizeof text - 1 - used)) > 0)
        used += (size_t)got;
    close(fd);
    return used > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
}

// clang-format off: its versions differ in braces
#define ROW(status, text)                                                                          \
    {                                                                                              \
        status, sizeof(text) - 1, (text)                                                           \
    }
// clang-format on
#define GET "GET /a HTTP/1.1\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: x\r\n"
#define END "Host: x\r\nConnection: close\r\n\r\n"

static const struct row {
    int status;
    size_t n;
    const char *text;
} rows[] = {
    ROW(200, GET END),
    ROW(200, "GET /a HTTP/1.0\r\n\r\n"),
    ROW(200, GET "hOST: x\r\nConnection: close\r\n\r\n"),
    ROW(400, GET "Hose: x\r\nConnection: close\r\n\r\n"), // as long as Host
    // Names are tokens, RFC 9110, 5.6.2: the bytes beside each range.
    ROW(200, GET "X-azAZ09!#$%&'*+.^_`|~: 1\r\n" END),
    ROW(400, GET "X/: 1\r\n" END),
    ROW(400, GET "X@: 1\r\n" END),
    ROW(400, GET "X[: 1\r\nX@: 1\r\n" END),
    ROW(400, GET "X{: 1\r\n" END),
    ROW(400, GET "X\0: 1\r\n" END),
    ROW(400, GET "X\xe4: 1\r\n" END),
    // Values, RFC 9110, 5.5.
    ROW(200, GET "X: a\tb\xc3\xa4 ~\r\n" END),
    ROW(400, GET "X: a\x01z\r\n" END),
    ROW(400, GET "X: a\x1fz\r\nY: \x01\r\n" END),
    ROW(400, GET "X: a\x7fz\r\n" END),
    ROW(400, GET "X: a\0z\r\n" END),
    ROW(400, GET "X: a\rz\r\n" END),
    ROW(400, GET "X: a\nY: b\r\n" END),
    // What is asked for.
    ROW(400, "GET /a\x7f HTTP/1.1\r\n" END),
    ROW(400, "GET /a\xc3\xa4 HTTP/1.1\r\n" END),
    ROW(400, "GET /a\x01 HTTP/1.1\r\n" END),
    ROW(400, "G@T /a HTTP/1.1\r\n" END),
    // How long the body is, RFC 9112, 6.
    ROW(200, GET "Content-Length: 0\r\n" END),
    ROW(400, GET "Content-Length: 1\r\n" END "x"),
    ROW(400, GET "Content-Length: 00\r\n" END),
    ROW(400, GET "Transfer-Encoding: chunked\r\n" END "0\r\n\r\n"),
    ROW(200, POST "Connection: close\r\nContent-Length: 1\r\n\r\nx"),
    ROW(200, POST "Connection: close\r\ncontent-length: 09\r\n\r\n123456789"),
    ROW(400, POST "Content-Length: 1/\r\n\r\nx"),
    ROW(400, POST "Content-Length: :\r\n\r\nx"),
    ROW(400, POST "Content-Length: \r\n\r\nx"),
    ROW(400, POST "Content-Length: 1, 1\r\n\r\nx"),
    ROW(400, POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
    ROW(400, POST "Content-Length: 1\r\nContent-Length: x\r\n\r\nx"),
    ROW(400, POST "Content-Length: x\r\nContent-Length: 1\r\n\r\nx"),
    ROW(400, POST "Content-Length: 00000000000000000000000000000001\r\nContent-Length: 1\r\n\r\nx"),
    ROW(413, POST "Content-Length: 1001\r\n\r\nx"),
    ROW(413, POST "Content-Length: 4294967296\r\n\r\nx"),
    ROW(413, POST "Content-Length: 4294967297\r\n\r\nx"), // 1 in 32 bits
    ROW(413, POST "Content-Length: 9223372036854775807\r\n\r\nx"),
    ROW(413, POST "Content-Length: 00000000000000000000000000000001\r\n\r\nx"),
    ROW(200, POST "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"),
    ROW(400, POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(501, POST "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
    ROW(501, POST "Transfer-Encoding: chunkex\r\n\r\n0\r\n\r\n"),
    // Lines.
    ROW(400, "GET  HTTP/1.1\r\n" END),
    ROW(400, "GET  /a HTTP/1.1\r\n" END),
    ROW(400, "GET /a  HTTP/1.1\r\n" END),
    ROW(400, GET "Host: x\r\n folded\r\n\r\n"),
    ROW(400, "GET /a HTTP/1.1\nHost: x\r\n\r\n"),
    ROW(400, GET "Host: x\n\r\n"),
};

static void test_heads(void **state)
{
    struct http_server *server = start();
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int status = ask(rows[i].text, rows[i].n);

        if (status != rows[i].status) {
            failures++;
            print_error("row %zu: %d instead of %d\n%s\n", i, status, rows[i].status, rows[i].text);
        }
    }
    assert_int_equal(failures, 0);
    http_server_free(server, 1000);
}

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN); // the server may close before all is written
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/socket", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_heads)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
