// Tests of asking for a certificate, with answers good and bad.
#include "firmware/enrol/est.h"

#include <mbedtls/base64.h>

#include "test/unit/firmware/est_fixture.h"

#define PAST "20200101000000"
#define END "20990101000000"
#define NAME "CN=" EST_FIXTURE_MAC

// What stands in scratch is the certificate, as the device's file has it.
static void expect_certificate(struct est_fixture *f)
{
    struct identity read;

    assert_int_equal(f->est.phase, EST_IDLE);
    assert_int_equal(strlen((char *)f->scratch), f->est.used);
    identity_init(&read);
    assert_int_equal(
        identity_read_cert(&read, f->scratch, f->est.used, EST_FIXTURE_MAC, &f->failure), 0);
    assert_int_equal(read.cert.raw.len, f->cert.crt.raw.len);
    assert_memory_equal(read.cert.raw.p, f->cert.crt.raw.p, read.cert.raw.len);
    identity_clear(&read);
}

static void test_enrols(void **state)
{
    struct est_fixture *f = *state;

    est_fixture_certify_well(f);
    assert_int_equal(est_fixture_enrol(f), STEP_DONE);
    expect_certificate(f);
    assert_int_equal(f->server.tcp_port, 8444);
    assert_false(f->server.is_open);
    assert_int_equal(est_step(&f->est, &f->failure), -RESULT_CONNECT_FAILED); // until it starts
}

// The body is base64 in one line, of as many characters as were announced, of a request in DER.
static void check_body(const char *request, const char *code)
{
    const char *body = strstr(request, "\r\n\r\n") + 4;
    uint8_t der[512];
    size_t n;

    assert_null(strpbrk(body, "\r\n"));
    assert_int_equal(strtoul(strstr(request, "Content-Length: ") + 16, NULL, 10), strlen(body));
    assert_int_equal(
        mbedtls_base64_decode(der, sizeof der, &n, (const uint8_t *)body, strlen(body)), 0);
    assert_int_equal(der[0], 0x30);
    assert_non_null(memmem(der, n, EST_FIXTURE_MAC, 12));
    if (code != NULL)
        assert_non_null(memmem(der, n, code, strlen(code)));
}

static void test_request(void **state)
{
    static const char *const lines[] = {"\r\nHost: localhost:8444\r\n",
        "\r\nContent-Type: application/pkcs10\r\n", "\r\nContent-Transfer-Encoding: base64\r\n",
        "\r\nAccept: application/pkix-cert\r\n", "\r\nConnection: close\r\n"};
    static const char *const codes[] = {
        NULL, "code-42", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-."};
    struct est_fixture *f = *state;

    est_fixture_certify_well(f);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        f->est.code = codes[i];
        f->est.again = i == 2;
        assert_int_equal(est_fixture_enrol(f), STEP_DONE);
        expect_certificate(f);
        if (f->est.again)
            assert_memory_equal(f->server.request, "POST /.well-known/est/simplereenroll HTTP", 41);
        else
            assert_memory_equal(f->server.request, "POST /.well-known/est/simpleenroll HTTP", 39);
        for (size_t line = 0; line < sizeof lines / sizeof lines[0]; line++)
            assert_non_null(strstr(f->server.request, lines[line]));
        check_body(f->server.request, codes[i]);
    }
    f->est.code = "not a code";
    assert_int_equal(est_fixture_enrol(f), -RESULT_FILE_INVALID);
}

static int (*send_bytes)(struct port *port, const uint8_t *p, size_t n);
static unsigned sends;

// Every other time nothing goes, else three bytes at most.
static int send_little(struct port *port, const uint8_t *p, size_t n)
{
    return sends++ % 2 == 0 ? PORT_AGAIN : send_bytes(port, p, n < 3 ? n : 3);
}

static void test_slow_stream(void **state)
{
    struct est_fixture *f = *state;

    est_fixture_certify_well(f);
    send_bytes = f->ops.stream_send;
    f->ops.stream_send = send_little;
    assert_int_equal(est_fixture_enrol(f), STEP_DONE);
    check_body(f->server.request, NULL);
}

static void test_long_host(void **state)
{
    struct est_fixture *f = *state;
    char host[600];

    memset(host, 'x', sizeof host);
    host[sizeof host - 1] = '\0';
    f->est.host = host;
    assert_int_equal(est_fixture_enrol(f), -RESULT_HTTP_MALFORMED);
    assert_false(f->server.is_open);
    f->est.host = "localhost";
}

static void expect_refused(struct est_fixture *f, const char *why)
{
    assert_int_equal(est_fixture_enrol(f), -RESULT_FILE_INVALID);
    if (strstr(f->failure.detail, why) == NULL)
        fail_msg("not \"%s\": %s", why, f->failure.detail);
    assert_int_equal(f->est.phase, EST_IDLE);
    assert_false(f->server.is_open);
}

static void test_names_and_dates(void **state)
{
    static const struct {
        const char *name;
        const char *from;
        const char *to;
        const char *why;
    } rows[] = {
        {"CN=84f3eb012346", PAST, END, "common name"},
        {"CN=84F3EB012345", PAST, END, "common name"},
        {"O=" EST_FIXTURE_MAC, PAST, END, "common name"},
        {NAME, PAST, "20210101000000", "has expired"},
        {NAME, "20980101000000", END, "is not yet valid"},
    };
    struct est_fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        est_fixture_certify(f, rows[i].name, rows[i].from, rows[i].to);
        expect_refused(f, rows[i].why);
    }
}

static void test_other_key(void **state)
{
    struct est_fixture *f = *state;
    struct made_key own = f->key;

    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &f->key);
    est_fixture_certify_well(f);
    f->est.key = &own.pk;
    expect_refused(f, "is not for our key");
    f->est.key = &f->key.pk;
    assert_int_equal(est_fixture_enrol(f), STEP_DONE);
    made_key_clear(&own);
}

// Signed by another CA of the same name, or by a device.
static void test_other_ca(void **state)
{
    struct fake_subject subject = {NAME, NULL, NULL, PAST, END, false};
    struct est_fixture *f = *state;
    struct fake_certificate other = {0};

    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &other.key);
    fake_certify_ca(&f->server, &other);
    f->cert.key = f->key;
    fake_certify(&f->server.maker, &subject, &f->cert, &other, "CN=CA");
    est_fixture_answer(f, "200 OK", f->cert.crt.raw.p, f->cert.crt.raw.len);
    expect_refused(f, "is not signed by our CA");
    fake_certify(&f->server.maker, &subject, &f->cert, &f->cert, NAME);
    est_fixture_answer(f, "200 OK", f->cert.crt.raw.p, f->cert.crt.raw.len);
    expect_refused(f, "is not signed by our CA");
    fake_certificate_clear(&other);
}

static void test_bodies(void **state)
{
    struct est_fixture *f = *state;
    uint8_t body[EST_CERTIFICATE_MAX + 1];
    size_t n;

    est_fixture_certify_well(f);
    n = f->cert.crt.raw.len;
    memset(body, 0, sizeof body);
    memcpy(body, f->cert.crt.raw.p, n);
    est_fixture_answer(f, "200 OK", body, n + 1);
    expect_refused(f, "has bytes behind it");
    est_fixture_answer(f, "200 OK", body, EST_CERTIFICATE_MAX);
    expect_refused(f, "has bytes behind it");
    for (size_t cut = 0; cut < n; cut += cut < 20 ? 1 : 41) {
        est_fixture_answer(f, "200 OK", body, cut);
        expect_refused(f, "is no certificate");
    }
    est_fixture_answer(f, "200 OK", (const uint8_t *)f->cert.pem, strlen(f->cert.pem));
    expect_refused(f, "is no certificate");
    body[n - 1] ^= 1; // of the signature
    est_fixture_answer(f, "200 OK", body, n);
    expect_refused(f, "is not signed by our CA");
    est_fixture_answer(f, "200 OK", body, EST_CERTIFICATE_MAX + 1);
    assert_int_equal(est_fixture_enrol(f), -RESULT_OVERSIZED);
}

// An answer that ends in the middle, byte by byte; one that does not say how long it is; and none.
static void test_ends(void **state)
{
    struct est_fixture *f = *state;
    static const char endless[] = "HTTP/1.1 200 OK\r\n\r\n0";

    est_fixture_certify_well(f);
    for (size_t cut = 0; cut < f->server.answer_size; cut += 97) {
        f->server.cut_at = cut;

        int rc = est_fixture_enrol(f);

        // In its body, or before.
        assert_true(rc == -RESULT_TRUNCATED || rc == -RESULT_CONNECT_FAILED);
    }
    f->server.cut_at = SIZE_MAX;
    f->server.answer = (const uint8_t *)endless;
    f->server.answer_size = strlen(endless);
    assert_int_equal(est_fixture_enrol(f), -RESULT_HTTP_MALFORMED);
    f->server.refuses = true;
    assert_int_equal(est_fixture_enrol(f), -RESULT_CONNECT_FAILED);
}

static void test_statuses(void **state)
{
    static const struct {
        const char *head;
        const char *body;
        const char *detail;
    } rows[] = {
        {"400 Bad Request", "request: is no PKCS #10\nmore", "HTTP 400: request: is no PKCS #10"},
        {"401 No", "", "HTTP 401"},
        {"403 No", "enrolled already\n", "HTTP 403: enrolled already"},
        {"429 Slow", "too many", "HTTP 429: too many"},
        {"500 Oops", "no signer", "HTTP 500: no signer"},
        {"503 Later\r\nRetry-After: 5", "", "HTTP 503"},
        {"204 Nothing", "", "HTTP 204"},
        {"302 Found\r\nLocation: /x", "", "HTTP 302"},
    };
    struct est_fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        est_fixture_answer(f, rows[i].head, (const uint8_t *)rows[i].body, strlen(rows[i].body));
        assert_int_equal(est_fixture_enrol(f), -RESULT_HTTP_STATUS);
        assert_string_equal(f->failure.detail, rows[i].detail);
        assert_int_equal(f->est.phase, EST_IDLE);
    }
}

// How long to wait is the server's word within bounds, and up to a quarter more.
static void test_pauses(void **state)
{
    static const struct {
        const char *head;
        uint32_t least_s;
    } rows[] = {
        {"202 Accepted", EST_RETRY_S},
        {"202 Accepted\r\nRetry-After: 0", EST_RETRY_S},
        {"202 Accepted\r\nRetry-After: 1", EST_RETRY_MIN_S},
        {"202 Accepted\r\nretry-after:\t120 ", 120},
        {"202 Accepted\r\nRetry-After: 3600", EST_RETRY_MAX_S},
        {"202 Accepted\r\nRetry-After: 3601", EST_RETRY_MAX_S},
        {"202 Accepted\r\nRetry-After: 4294967295", EST_RETRY_MAX_S},
        {"202 Accepted\r\nRetry-After: 4294967296", EST_RETRY_S},
        {"202 Accepted\r\nRetry-After: -1", EST_RETRY_S},
        {"202 Accepted\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT", EST_RETRY_S},
        {"202 Accepted\r\nRetry-After: 12x", EST_RETRY_S},
    };
    struct est_fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        est_fixture_answer(f, rows[i].head, (const uint8_t *)"wait", 4);
        assert_int_equal(est_fixture_enrol(f), STEP_AGAIN);
        assert_int_equal(f->est.phase, EST_PAUSE);
        assert_false(f->server.is_open);

        uint32_t wait_ms = est_wait_ms(&f->est, f->server.port.now_ms);

        if (wait_ms < rows[i].least_s * 1000 || wait_ms > rows[i].least_s * 1250)
            fail_msg("%s: %u ms", rows[i].head, (unsigned)wait_ms);
        est_stop(&f->est);
    }
}

// Whoever waits for approval asks again, no sooner; the session is then resumed.
static void test_approval(void **state)
{
    struct est_fixture *f = *state;

    est_fixture_answer(f, "202 Accepted\r\nRetry-After: 30", NULL, 0);
    assert_int_equal(est_fixture_enrol(f), STEP_AGAIN);
    for (int i = 0; i < 3; i++) {
        uint32_t wait_ms = est_wait_ms(&f->est, f->server.port.now_ms);

        f->server.port.now_ms += wait_ms - 1;
        assert_int_equal(est_step(&f->est, &f->failure), STEP_AGAIN);
        assert_int_equal(f->est.phase, EST_PAUSE);
        assert_int_equal(est_wait_ms(&f->est, f->server.port.now_ms), 1);
        f->server.port.now_ms++;
        if (i == 2)
            est_fixture_certify_well(f);
        assert_int_equal(est_step(&f->est, &f->failure), STEP_AGAIN);
        assert_int_equal(f->est.phase, EST_REQUEST);
        assert_int_equal(est_fixture_run(f), i == 2 ? STEP_DONE : STEP_AGAIN);
        assert_true(f->tls.resuming);
    }
    expect_certificate(f);
}

// Two that wait do not wait alike.
static void test_jitter(void **state)
{
    struct est_fixture *f = *state;
    unsigned others = 0;
    uint32_t first_ms = 0;

    est_fixture_answer(f, "202 Accepted\r\nRetry-After: 3600", NULL, 0);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(est_fixture_enrol(f), STEP_AGAIN);

        uint32_t wait_ms = est_wait_ms(&f->est, f->server.port.now_ms);

        first_ms = i == 0 ? wait_ms : first_ms;
        others += wait_ms != first_ms;
        est_stop(&f->est);
    }
    assert_true(others > 0);
}

// A server that says nothing more, at whichever byte of its answer.
static void test_hangs(void **state)
{
    struct est_fixture *f = *state;

    est_fixture_certify_well(f);
    f->server.hangs = true;
    for (size_t cut = 0; cut < f->server.answer_size; cut += 181) {
        f->server.cut_at = cut;
        assert_int_equal(est_fixture_enrol(f), STEP_AGAIN);

        uint32_t wait_ms = est_wait_ms(&f->est, f->server.port.now_ms);

        assert_true(wait_ms > 0 && wait_ms <= HTTPS_STALL_MS);
        f->server.port.now_ms += wait_ms;
        assert_int_equal(est_fixture_run(f), -RESULT_TIMEOUT);
        assert_int_equal(f->est.phase, EST_IDLE);
    }
}

static int draw_none(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    (void)p;
    (void)n;
    return PORT_FAILED;
}

static void test_no_random(void **state)
{
    struct est_fixture *f = *state;

    est_fixture_certify_well(f);
    f->ops.random = draw_none;
    assert_int_equal(est_fixture_enrol(f), -RESULT_TLS_FAILED);
    assert_non_null(strstr(f->failure.detail, "no random numbers"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_fixture_setup, est_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enrols),
        TEST(test_request),
        TEST(test_slow_stream),
        TEST(test_long_host),
        TEST(test_names_and_dates),
        TEST(test_other_key),
        TEST(test_other_ca),
        TEST(test_bodies),
        TEST(test_ends),
        TEST(test_statuses),
        TEST(test_pauses),
        TEST(test_approval),
        TEST(test_jitter),
        TEST(test_hangs),
        TEST(test_no_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
