// The server over a Unix socket: routes, bodies, streams, late clients, stopping. TLS is proven by
// the system scenarios.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "test/unit/server/http/http_fixture.h"

#define MAX_BODY 1000

static void echo(const struct http_request *request, struct http_response *response, void *ctx)
{
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    const char *query = http_request_query(request, "q");
    char *copy = malloc(n + 1);

    (void)ctx;
    memcpy(copy, body != NULL ? body : (const uint8_t *)"", n);

    struct http_response_bytes bytes = http_response_own(copy, n);

    http_response_set_bytes(response, 200, "text/plain", &bytes);
    http_response_add_header(response, "X-Query", "%s", query != NULL ? query : "none");
    http_response_add_header(response, "X-Segment", "%s", http_request_segment(request, 0));
}

static ssize_t read_stream(void *ctx, char *buffer, size_t max)
{
    int *left = ctx;

    if (*left == 0)
        return 0;
    (*left)--;
    memset(buffer, 'x', max < 10 ? max : 10);
    return max < 10 ? (ssize_t)max : 10;
}

static void stream(const struct http_request *request, struct http_response *response, void *ctx)
{
    int *left = malloc(sizeof *left);

    (void)request;
    (void)ctx;
    *left = 5;
    http_response_set_stream(response, "text/plain", read_stream, left, free);
}

#define LARGE_BYTES 600000

static void large(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct http_response_bytes bytes = http_response_own(calloc(1, LARGE_BYTES), LARGE_BYTES);

    (void)request;
    (void)ctx;
    http_response_set_bytes(response, 200, "application/octet-stream", &bytes);
}

static void nothing(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)response;
    (void)ctx;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/echo/:", echo},
    {HTTP_POST, "/echo/:", echo},
    {HTTP_GET, "/stream", stream},
    {HTTP_GET, "/large", large},
    {HTTP_GET, "/nothing", nothing},
    {0, NULL, NULL},
};

static struct http_server *start(unsigned timeout_s)
{
    struct http_server_settings settings = {
        .routes = routes,
        .max_body_bytes = MAX_BODY,
        .threads = 2,
        .name = "test",
        .max_connections = 16,
        .timeout_s = timeout_s,
        .socket_path = fixture_path,
        .socket_mode = 0600,
    };

    return fixture_start(&settings);
}

// A request, how its answer begins, and what is in it.
static const char *const cases[][4] = {
    {"GET /echo/a?q=b%20c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
        "X-Query: b c\r\n", "X-Segment: a\r\n"},
    {"GET /echo/a HTTP/1.0\r\n\r\n", "HTTP/1.", "X-Query: none\r\n", "Content-Length: 0\r\n"},
    {"GET /echo/a%00b?q=c%00d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
        "X-Query: c\x01"
        "d\r\n",
        "X-Segment: a\x01"
        "b\r\n"},
    {"HEAD /echo/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
        "Content-Length: 0\r\n", ""},
    {"POST /echo/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 ", "Content-Length: 5\r\n", "\r\n\r\nhello"},
    {"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ", "xxxxxxxxxx",
        ""},
    {"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 ",
        "no such path: /nowhere", ""},
    {"POST /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 405 ", "Allow: GET, HEAD\r\n", ""},
    {"DELETE /echo/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405 ",
        "Allow: GET, HEAD, POST\r\n", ""},
    {"POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n", "HTTP/1.1 405 ",
        "Allow: GET, HEAD\r\n", "Connection: close"},
    {"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 500 ",
        "internal error", ""},
    {"POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 ",
        "body larger than 1000 bytes", ""},
    {"GET /echo/a HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "Host is missing\n", "Connection: close\r\n"},
    {"GET /echo/a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "HTTP/1.1 400 ", "Host more than once\n",
        ""},
    {"POST /echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 400 ", "malformed header name\n", "Connection: close\r\n"},
    {"POST /echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", "HTTP/1.1 501 ",
        "Transfer-Encoding other than chunked\n", "Connection: close\r\n"},
    {"GET /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 400 ",
        "GET and HEAD have no body\n", "Connection: close\r\n"},
    {"GET /echo/a HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", "HTTP/1.1 400 ", "folded",
        "Connection: close\r\n"},
    {"GET /echo/a HTTP/1.1\r\nHost: x\nX: a\r\n\r\n", "HTTP/1.1 400 ", "ends without CR LF\n",
        "Connection: close\r\n"},
    // What libmicrohttpd refuses by itself, in the server's own words.
    {"GET /echo/a HTTP/2.0\r\n\r\n", "HTTP/1.1 505 ", "use HTTP/1.1\n", "Content-Type: text/plain"},
    {"GET /echo/a HTTP/1.1\r\nnonsense\r\n\r\n", "HTTP/1.1 400 ", "\r\n\r\nmalformed request\n",
        "Connection: close\r\n"},
    {"GET /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400 ",
        "\r\n\r\nContent-Length is not a number\n", "Connection: close\r\n"},
    {"GET /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "HTTP/1.1 413 ", "\r\n\r\nbody too large\n", "Connection: close\r\n"},
};

// What libmicrohttpd refuses before the server sees it depends on its release; the status and that
// the connection ends do not.
static const char *worded(const char *words)
{
    static const char *const since_1_0[][2] = {
        {"malformed header name\n",
            "malformed request: HTTP request has whitespace before the first"},
        {"folded", "malformed request: Obsolete line folding"},
        {"ends without CR LF\n", "malformed request: Request HTTP header has bare LF"},
        {"\r\n\r\nmalformed request\n", "malformed request: HTTP request header line has no colon"},
    };

    for (size_t i = 0; i < sizeof since_1_0 / sizeof since_1_0[0]; i++) {
        if (MHD_get_version()[0] != '0' && strcmp(words, since_1_0[i][0]) == 0)
            return since_1_0[i][1];
    }
    return words;
}

static void answers_by_route(void **state)
{
    struct http_server *server = start(0);
    char answer[4096];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_ask(cases[i][0], answer, sizeof answer);
        if (strncmp(answer, cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("%s\n-> %s", cases[i][0], answer);
        for (int k = 2; k < 4; k++) {
            if (strstr(answer, worded(cases[i][k])) == NULL)
                fail_msg("%s\n-> %s\nlacks %s", cases[i][0], answer, worded(cases[i][k]));
        }
    }
    http_server_free(server, 1000);
}

// Chunked bodies announce no length: they are cut off at the limit all the same.
static void a_chunked_body_is_bounded(void **state)
{
    char request[4096] = "POST /echo/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n3e9\r\n";
    struct http_server *server = start(0);
    char answer[4096];
    size_t n = strlen(request);

    (void)state;
    memset(request + n, 'x', MAX_BODY + 1);
    memcpy(request + n + MAX_BODY + 1, "\r\n0\r\n\r\n", 8);
    fixture_ask(request, answer, sizeof answer);
    assert_memory_equal(answer, "HTTP/1.1 413 ", 13);
    http_server_free(server, 1000);
}

// One byte at a time keeps libmicrohttpd's own time-out from coming; the deadline comes all the
// same.
static void a_slow_client_is_ended(void **state)
{
    struct http_server *server = start(1);
    struct http_server_counters counters;
    int fd = fixture_connect();
    int64_t until = clock_monotonic_ms() + 20000;
    struct timespec pause = {.tv_nsec = 100000000};

    (void)state;
    while (write(fd, "G", 1) == 1 && clock_monotonic_ms() < until)
        nanosleep(&pause, NULL);
    assert_true(clock_monotonic_ms() < until);
    close(fd);
    http_server_read_counters(server, &counters);
    assert_int_equal(counters.timed_out, 1);
    http_server_free(server, 1000);
}

// A large answer has the time that it takes a slow reader, beyond the time-out of a request: here
// it reads for three time-outs what by its size may take ten minutes.
static void a_slow_reader_is_served(void **state)
{
    struct http_server *server = start(1);
    struct http_server_counters counters;
    int fd = fixture_connect();
    const char request[] = "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const int small = 4096;
    struct timespec pause = {.tv_nsec = 10000000};
    int64_t slow_until = clock_monotonic_ms() + 3000;
    static char bytes[1024];
    size_t n = 0;
    ssize_t r;

    (void)state;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    while ((r = read(fd, bytes, sizeof bytes)) > 0) {
        n += (size_t)r;
        if (clock_monotonic_ms() < slow_until)
            nanosleep(&pause, NULL);
    }
    assert_int_equal(r, 0);
    assert_true(n > LARGE_BYTES);
    close(fd);
    http_server_read_counters(server, &counters);
    assert_int_equal(counters.timed_out, 0);
    http_server_free(server, 1000);
}

static void the_socket_has_its_mode_and_a_stale_one_is_replaced(void **state)
{
    struct http_server *server = start(0);
    struct http_server_settings settings = {
        .routes = routes, .threads = 1, .max_connections = 1, .socket_path = fixture_path};
    struct http_server *second;
    struct err err = {0};
    struct stat st;

    (void)state;
    assert_int_equal(stat(fixture_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(http_server_start(&settings, &second, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, fixture_path));
    assert_int_equal(stat(fixture_path, &st), 0); // the first one's, still
    http_server_free(server, 1000);
    assert_int_equal(stat(fixture_path, &st), -1);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0); // as a killed daemon leaves it

    memcpy(address.sun_path, fixture_path, strlen(fixture_path) + 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    http_server_free(start(0), 1000);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
    struct http_server_settings settings = {
        .routes = routes, .threads = 1, .max_connections = 1, .socket_path = fixture_path};
    struct http_server *server;
    struct err err = {0};
    struct stat st;
    FILE *file = fopen(fixture_path, "w");

    (void)state;
    fclose(file);
    assert_int_equal(http_server_start(&settings, &server, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, fixture_path));
    assert_int_equal(stat(fixture_path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(unlink(fixture_path), 0);
}

// Connections and processors: threads.
static void threads_by_connections(void **state)
{
    static const unsigned rows[][3] = {{1, 1, 1}, {9, 2, 2}, {1000, 2, 101}, {1000, 64, 101},
        {100, 64, 64}, {5000, 2, 501}, {100000, 2, 512}, {100000, 64, 512}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(http_server_threads(rows[i][0], rows[i][1]), rows[i][2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_by_connections),
        cmocka_unit_test(answers_by_route),
        cmocka_unit_test(a_chunked_body_is_bounded),
        cmocka_unit_test(a_slow_client_is_ended),
        cmocka_unit_test(a_slow_reader_is_served),
        cmocka_unit_test(the_socket_has_its_mode_and_a_stale_one_is_replaced),
        cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
    };

    return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
