// Tests of one GET over TLS, with answers good and bad.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/https.h"
#include "test/unit/firmware/fake_server.h"

#define MAC "84f3eb012345"
#define STEPS 3000

struct fixture {
    struct fake_server server; // first
    struct port_ops ops;
    struct identity identity;
    struct settings settings;
    struct tls tls;
    struct https https;
    struct failure failure;
    uint8_t body[9000];
    size_t body_size;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_server_init(&f->server, &f->ops);
    fake_identity(&f->server, MAC, &f->identity);
    snprintf(f->settings.download.hosts[0], SETTINGS_HOST_SIZE, "localhost");
    snprintf(f->settings.download_path, SETTINGS_PATH_SIZE, "esp");
    f->settings.download.ports[0] = 8443;
    assert_int_equal(tls_init(&f->tls, &f->server.port.port, &f->identity, &f->failure), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    https_stop(&f->https);
    tls_clear(&f->tls);
    identity_clear(&f->identity);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

static void answer(struct fixture *f, const char *text)
{
    f->server.answer = (const uint8_t *)text;
    f->server.answer_size = strlen(text);
}

static int step_head(struct fixture *f)
{
    int rc = STEP_AGAIN;

    for (int i = 0; rc == STEP_AGAIN && i < STEPS; i++)
        rc = https_step(&f->https, &f->failure);
    return rc;
}

// Reads on, in pieces of that size at most: TLS_END, a failure, or 0 if nothing comes.
static int read_body(struct fixture *f, size_t piece)
{
    int n = 1;

    for (int i = 0; n >= 0 && i < STEPS; i++) {
        size_t room = sizeof f->body - f->body_size;

        n = https_read(&f->https, f->body + f->body_size, piece < room ? piece : room, &f->failure);
        if (n > 0)
            f->body_size += (size_t)n;
    }
    return n;
}

// A GET up to the answer's head.
static int get(struct fixture *f, const char *text)
{
    answer(f, text);
    https_stop(&f->https);
    f->body_size = 0;

    int rc = https_start(&f->https, &f->tls, &f->settings, "x.crt", NULL, &f->failure);

    return rc < 0 ? rc : step_head(f);
}

static void test_request(void **state)
{
    struct fixture *f = *state;
    char request[HTTPS_REQUEST_SIZE];
    size_t n = https_write_request(&f->settings, "f", "a=b", request, sizeof request);

    assert_int_equal(n, strlen(request));
    assert_string_equal(request, "GET /esp/f?a=b HTTP/1.1\r\n"
                                 "User-Agent: secureesp-device\r\nConnection: close\r\n");
    assert_int_equal(https_write_request(&f->settings, "f", "a=b", request, n + 1), n);
    assert_int_equal(https_write_request(&f->settings, "f", "a=b", request, n), 0);
    f->settings.download_path[0] = '\0';
    assert_true(https_write_request(&f->settings, "f", NULL, request, sizeof request) > 0);
    assert_memory_equal(request, "GET /f HTTP/1.1\r\n", 17);
}

static void test_request_too_long(void **state)
{
    struct fixture *f = *state;
    char name[HTTPS_REQUEST_SIZE];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(https_start(&f->https, &f->tls, &f->settings, name, NULL, &f->failure),
        -RESULT_HTTP_MALFORMED);
    assert_false(f->server.is_open);
    https_stop(&f->https);
}

// Body by body: what is announced is read, no less and no more.
static void test_bodies(void **state)
{
    static const struct {
        const char *text;
        int end;
        const char *body;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", TLS_END, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", TLS_END, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world", TLS_END, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", -RESULT_TRUNCATED, "hell"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", -RESULT_TRUNCATED, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\nx", -RESULT_TRUNCATED, "x"},
        {"HTTP/1.1 304 No\r\n\r\n", TLS_END, ""},
        {"HTTP/1.1 304 No\r\nContent-Length: 5075\r\n\r\n", TLS_END, ""},
        {"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\nabc", TLS_END, ""},
        {"HTTP/1.1 403 No\r\nContent-Length: 7\r\n\r\nretired", TLS_END, "retired"},
        {"HTTP/1.1 403 No\r\n\r\nuntil the end", TLS_END, "until the end"},
        {"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!", TLS_END, "!"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const size_t row = i / 2;

        assert_int_equal(get(f, rows[row].text), STEP_DONE);
        assert_int_equal(read_body(f, i % 2 == 0 ? 1 : 4096), rows[row].end);
        assert_int_equal(f->body_size, strlen(rows[row].body));
        assert_memory_equal(f->body, rows[row].body, f->body_size);
    }
}

// A redirection is an answer like any other: nobody else is asked.
static void test_redirections(void **state)
{
    static const int codes[] = {301, 302, 303, 307, 308};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char text[160];

        snprintf(text, sizeof text,
            "HTTP/1.1 %d Moved\r\nLocation: https://localhost:8443/esp/other\r\n"
            "Content-Length: 0\r\n\r\n",
            codes[i]);
        assert_int_equal(get(f, text), STEP_DONE);
        assert_int_equal(f->https.head.status, codes[i]);
        assert_int_equal(read_body(f, 64), TLS_END);
        assert_non_null(strstr(f->server.request, "GET /esp/x.crt HTTP/1.1\r\n"));
    }
}

static void test_bad_heads(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\n\r\nbody", -RESULT_HTTP_MALFORMED},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", -RESULT_HTTP_MALFORMED},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            -RESULT_HTTP_MALFORMED},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n",
            -RESULT_HTTP_MALFORMED},
        {"HTTP/2 200\r\n\r\n", -RESULT_HTTP_MALFORMED},
        {"\x20\2\r\n\r\n", -RESULT_HTTP_MALFORMED}, // a broker at the wrong port
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", -RESULT_TRUNCATED},
        {"", -RESULT_TRUNCATED},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(get(f, rows[i].text), rows[i].rc);
}

// A connection that breaks is no end, except where the end is all that can be told.
static void test_broken(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789";
    struct fixture *f = *state;

    for (size_t cut = 1; cut < strlen(text); cut++) {
        f->server.cut_at = cut;
        int rc = get(f, text);

        if (cut < strlen(text) - 20) {
            assert_int_equal(rc, -RESULT_CONNECT_FAILED);
            continue;
        }
        assert_int_equal(rc, STEP_DONE);
        assert_int_equal(read_body(f, 64), -RESULT_TRUNCATED);
    }
}

static void test_large_body(void **state)
{
    struct fixture *f = *state;
    char text[8300];
    int n = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n");

    for (size_t i = 0; i < 8192; i++)
        text[(size_t)n + i] = (char)('a' + i % 23);
    text[n + 8192] = '\0';
    assert_int_equal(get(f, text), STEP_DONE);
    assert_int_equal(read_body(f, 1000), TLS_END);
    assert_int_equal(f->body_size, 8192);
    assert_memory_equal(f->body, text + n, 8192);
}

static int send_nothing(struct port *port, const uint8_t *p, size_t n)
{
    (void)port;
    (void)p;
    (void)n;
    return PORT_AGAIN;
}

// A server that goes silent in any phase before the answer's body.
static void test_stall_before_body(void **state)
{
    static const struct {
        int phase;
        uint32_t limit_ms;
    } rows[] = {
        {HTTPS_CONNECT, TLS_HANDSHAKE_MS},
        {HTTPS_REQUEST, HTTPS_STALL_MS},
        {HTTPS_HEAD, HTTPS_STALL_MS},
    };
    struct fixture *f = *state;
    int rc;

    f->server.hangs = true;
    f->server.cut_at = 12;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->ops.stream_send = fake_stream_send;
        answer(f, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        rc = https_start(&f->https, &f->tls, &f->settings, "x.crt", NULL, &f->failure);
        for (int k = 0; rc >= 0 && (int)f->https.phase != rows[i].phase && k < STEPS; k++)
            rc = https_step(&f->https, &f->failure);
        f->ops.stream_send = send_nothing;
        assert_int_equal(step_head(f), STEP_AGAIN);
        f->server.port.now_ms += rows[i].limit_ms - 1;
        assert_int_equal(step_head(f), STEP_AGAIN);
        assert_int_equal(f->https.phase, rows[i].phase);
        assert_int_equal(https_wait_ms(&f->https, f->server.port.now_ms), 1);
        f->server.port.now_ms += 1;
        assert_int_equal(step_head(f), -RESULT_TIMEOUT);
    }
}

static void test_stall_in_body(void **state)
{
    struct fixture *f = *state;

    f->server.hangs = true;
    f->server.cut_at = 42;
    assert_int_equal(get(f, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcdefghi"), STEP_DONE);
    f->server.port.now_ms += HTTPS_GRACE_MS - HTTPS_STALL_MS;
    assert_int_equal(read_body(f, 64), 0);
    assert_true(f->body_size > 0 && f->body_size < 9);
    f->server.port.now_ms += HTTPS_STALL_MS - 1; // a byte begins it anew
    assert_int_equal(read_body(f, 64), 0);
    f->server.port.now_ms += 1;
    assert_int_equal(read_body(f, 64), -RESULT_TIMEOUT);
}

// One byte of the answer every 10 s: the device gives up in time, wherever that begins. Returns
// after how many ms, of which the last 10000 may be too many.
static uint32_t drip(struct fixture *f, const char *text, size_t at)
{
    uint32_t started_at_ms = f->server.port.now_ms;
    int rc;

    f->server.hangs = true;
    f->server.cut_at = at;
    rc = get(f, text);
    while (rc == STEP_AGAIN || rc == STEP_DONE) {
        f->server.cut_at++;
        f->server.port.now_ms += 10000;
        assert_true(f->server.port.now_ms - started_at_ms <= 3600000);
        rc = step_head(f);
        if (rc == STEP_DONE)
            rc = read_body(f, 64);
    }
    assert_int_equal(rc, -RESULT_TIMEOUT);
    return f->server.port.now_ms - started_at_ms;
}

static void test_drip(void **state)
{
    static char text[70000] = "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n";
    size_t head = strlen(text);
    struct fixture *f = *state;

    memset(text + head, 'x', 60000);
    assert_in_range(drip(f, text, 0), HTTPS_GRACE_MS, HTTPS_GRACE_MS + 10000);
    assert_in_range(drip(f, text, head), HTTPS_GRACE_MS, HTTPS_GRACE_MS + 10000);
    // What came fast counts.
    assert_in_range(drip(f, text, head + 5000), HTTPS_GRACE_MS + 5000 * HTTPS_MS_PER_BYTE,
        HTTPS_GRACE_MS + 5100 * HTTPS_MS_PER_BYTE + 10000);
    // A refusal's reason.
    assert_in_range(drip(f, "HTTP/1.1 403 No\r\n\r\nis not for you", 20), HTTPS_GRACE_MS,
        HTTPS_GRACE_MS + 10000);
}

// A slow but steady connection is served to the end, and waited for no longer than it may take.
static void test_slow(void **state)
{
    static char text[70000] = "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n";
    struct fixture *f = *state;
    size_t read = 0;
    int rc;

    memset(text + strlen(text), 'x', 60000);
    f->server.hangs = true;
    f->server.cut_at = strlen(text) - 60000;
    assert_int_equal(get(f, text), STEP_DONE);
    do {
        f->server.cut_at += 2000;
        f->server.port.now_ms += 2000 * HTTPS_MS_PER_BYTE;
        f->body_size = 0;
        rc = read_body(f, 4096);
        read += f->body_size;
        assert_true(https_wait_ms(&f->https, f->server.port.now_ms) <= HTTPS_STALL_MS);
    } while (rc == 0);
    assert_int_equal(rc, TLS_END);
    assert_int_equal(read, 60000);
}

// A server that keeps the connection open has nothing more to say that is worth waiting for.
static void test_whole_body_and_silence(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[64];

    f->server.hangs = true;
    assert_int_equal(get(f, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), STEP_DONE);
    assert_int_equal(https_read(&f->https, bytes, sizeof bytes, &f->failure), 3);
    assert_int_equal(https_wait_ms(&f->https, f->server.port.now_ms), 0);
    assert_int_equal(https_read(&f->https, bytes, sizeof bytes, &f->failure), TLS_END);
}

static void test_unreachable(void **state)
{
    struct fixture *f = *state;

    f->server.refuses = true;
    assert_int_equal(get(f, ""), -RESULT_CONNECT_FAILED);
    assert_int_equal(f->https.phase, HTTPS_IDLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_request),
        TEST(test_request_too_long),
        TEST(test_bodies),
        TEST(test_redirections),
        TEST(test_bad_heads),
        TEST(test_broken),
        TEST(test_large_body),
        TEST(test_stall_before_body),
        TEST(test_stall_in_body),
        TEST(test_drip),
        TEST(test_slow),
        TEST(test_whole_body_and_silence),
        TEST(test_unreachable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
