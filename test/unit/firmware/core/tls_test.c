// Tests of TLS sessions against a real server in memory.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/tls.h"
#include "test/unit/firmware/tls_fixture.h"

#define PAST "20200101000000"
#define FUTURE "20980101000000"
#define END "20990101000000"

static void test_certificates(void **state)
{
    static const uint8_t ip[] = {10, 0, 0, 1};
    static const struct {
        struct fake_subject subject;
        const char *host;
        int rc;
    } rows[] = {
        {{"CN=x", "broker.example", NULL, PAST, END, false}, "broker.example", STEP_DONE},
        {{"CN=x", "broker.example", NULL, PAST, END, false}, "BROKER.example", STEP_DONE},
        {{"CN=x", "broker.example", NULL, PAST, END, false}, "other.example",
            -RESULT_CERTIFICATE_NAME},
        {{"CN=broker.example", NULL, NULL, PAST, END, false}, "broker.example",
            -RESULT_CERTIFICATE_NAME}, // the common name does not count
        {{"CN=x", "y", ip, PAST, END, false}, "10.0.0.1", STEP_DONE},
        {{"CN=x", "y", ip, PAST, END, false}, "10.0.0.2", -RESULT_CERTIFICATE_NAME},
        {{"CN=x", "y", NULL, PAST, "20210101000000", false}, "y", -RESULT_CERTIFICATE_EXPIRED},
        {{"CN=x", "y", NULL, FUTURE, END, false}, "y", -RESULT_CERTIFICATE_NOT_YET_VALID},
    };
    struct tls_fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_server_certify(&f->server, &rows[i].subject);
        assert_int_equal(tls_fixture_connect(f, rows[i].host), rows[i].rc);
        tls_close(&f->tls);
        memset(f->tls.saved, 0, sizeof f->tls.saved); // each from the beginning
    }
}

static void test_untrusted(void **state)
{
    struct tls_fixture *f = *state;
    struct fake_certificate other = {0};
    struct fake_subject subject = {"CN=localhost", "localhost", NULL, PAST, END, false};

    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &other.key);
    fake_certify(&f->server.maker, &subject, &f->server.cert, &other, "CN=CA");
    fake_server_configure(&f->server);
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_CERTIFICATE_UNTRUSTED);
    fake_certificate_clear(&other);
}

static void test_rsa_server(void **state)
{
    struct tls_fixture *f = *state;
    struct fake_subject subject = {"CN=localhost", "localhost", NULL, PAST, END, false};

    made_key_clear(&f->server.cert.key);
    make_rsa_key(&f->server.maker, 2048, &f->server.cert.key);
    fake_server_certify(&f->server, &subject);
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
}

static void test_version_and_fragment(void **state)
{
    struct tls_fixture *f = *state;

    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_string_equal(mbedtls_ssl_get_version(&f->tls.ssl), "TLSv1.2");
    assert_in_range(mbedtls_ssl_get_max_out_record_payload(&f->server.ssl), 1, 4096);
    assert_non_null(mbedtls_ssl_get_peer_cert(&f->server.ssl)); // the client's certificate
}

static int receive_old_version(struct port *port, uint8_t *p, size_t n)
{
    int received = fake_stream_receive(port, p, n);

    if (received > 5 && p[0] == MBEDTLS_SSL_HS_SERVER_HELLO)
        p[5] = 2; // TLS 1.1, RFC 5246, 7.4.1.3
    return received;
}

static void test_old_version(void **state)
{
    struct tls_fixture *f = *state;

    f->ops.stream_receive = receive_old_version;
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_TLS_FAILED);
    assert_int_equal(f->failure.code, -0x6e80); // its version, and nothing behind it
}

// The server says which alert it was, as long as nothing is encrypted.
static void test_alert(void **state)
{
    struct tls_fixture *f = *state;
    struct fake_certificate other = {0};

    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &other.key);
    fake_certify_ca(&f->server, &other);
    mbedtls_ssl_conf_ca_chain(&f->server.config, &other.crt, NULL);
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_TLS_FAILED);
    assert_string_equal(f->failure.detail, "localhost: refused us (TLS alert)");
    assert_int_equal(f->failure.code, 48); // unknown_ca
    fake_certificate_clear(&other);
}

static int receive_alert(struct port *port, uint8_t *p, size_t n)
{
    static const uint8_t record[] = {0x15, 3, 3, 0, 2, 2, 80}; // internal_error
    struct fake_server *server = (struct fake_server *)port;

    (void)n;
    p[0] = record[server->answered++];
    return 1;
}

// However few bytes the stream gives at a time.
static void test_alert_by_bytes(void **state)
{
    struct tls_fixture *f = *state;

    f->ops.stream_receive = receive_alert;
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_TLS_FAILED);
    assert_string_equal(f->failure.detail, "localhost: refused us (TLS alert)");
    assert_int_equal(f->failure.code, 80);
}

static void test_resumes(void **state)
{
    struct tls_fixture *f = *state;
    uint8_t first[32];

    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_false(f->tls.resuming);
    memcpy(first, f->tls.saved[TLS_PEER_BROKER].id, sizeof first);
    tls_close(&f->tls);
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_true(f->tls.resuming);
    assert_memory_equal(first, f->tls.saved[TLS_PEER_BROKER].id, sizeof first);
}

static void test_unreachable(void **state)
{
    struct tls_fixture *f = *state;

    f->server.refuses = true;
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_CONNECT_FAILED);
}

static void test_timeout(void **state)
{
    struct tls_fixture *f = *state;
    struct failure failure;

    assert_int_equal(tls_open(&f->tls, TLS_PEER_BROKER, "localhost", 1, &failure), 0);
    f->server.port.now_ms += TLS_HANDSHAKE_MS - 1;
    assert_int_equal(tls_step(&f->tls, &failure), STEP_AGAIN);
    f->server.port.now_ms += 1;
    assert_int_equal(tls_step(&f->tls, &failure), -RESULT_TIMEOUT);
}

static unsigned talks;

// Each time the client looks for more, more is there that is no data.
static bool warn_without_end(struct fake_server *server)
{
    if (++talks > 10000)
        fail_msg("the call does not end");
    for (int i = 0; i < 100; i++)
        (void)mbedtls_ssl_send_alert_message(
            &server->ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING, MBEDTLS_SSL_ALERT_MSG_USER_CANCELED);
    return true;
}

static bool say_hello_without_end(struct fake_server *server)
{
    if (++talks > 10000)
        fail_msg("the call does not end");
    for (int i = 0; i < 100; i++)
        (void)mbedtls_ssl_renegotiate(&server->ssl); // sends a HelloRequest
    server->up.from = server->up.to = 0;             // what the client says to that
    return true;
}

// However much the peer sends that is no data, a call ends and says that there is more.
static void test_no_data_without_end(void **state)
{
    static bool (*const rows[])(struct fake_server *) = {warn_without_end, say_hello_without_end};
    struct tls_fixture *f = *state;
    struct failure failure;
    uint8_t bytes[64];

    mbedtls_ssl_conf_renegotiation(&f->server.config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        talks = 0;
        f->server.talk = NULL;
        assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
        f->server.talk = rows[i];
        for (int calls = 0; calls < 10; calls++) {
            assert_int_equal(tls_read(&f->tls, bytes, sizeof bytes, &failure), 0);
            assert_true(tls_is_busy(&f->tls));
        }
        assert_in_range(talks, 1, 1000);
        tls_close(&f->tls);
    }
}

// Two records of no bytes, which say nothing (RFC 5246, 6.2.1), then one of some.
static bool say_little(struct fake_server *server)
{
    if (talks++ == 0) {
        (void)mbedtls_ssl_write(&server->ssl, (const uint8_t *)"", 0);
        (void)mbedtls_ssl_write(&server->ssl, (const uint8_t *)"", 0);
    } else {
        (void)mbedtls_ssl_write(&server->ssl, (const uint8_t *)"hello", 5);
    }
    return true;
}

static void test_empty_records(void **state)
{
    struct tls_fixture *f = *state;
    struct failure failure;
    uint8_t bytes[64];
    int n = 0;

    talks = 0;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    f->server.talk = say_little;
    for (int calls = 0; n == 0 && calls < 10; calls++)
        n = tls_read(&f->tls, bytes, sizeof bytes, &failure);
    assert_int_equal(n, 5);
    assert_memory_equal(bytes, "hello", 5);
}

// A record may be larger than what one call takes.
static void test_large_record(void **state)
{
    static uint8_t data[16384];
    struct tls_fixture *f = *state;
    struct failure failure;
    size_t got = 0;
    int n = 0;

    mbedtls_ssl_conf_max_frag_len(&f->tls.config, MBEDTLS_SSL_MAX_FRAG_LEN_NONE);
    f->server.answer = data;
    f->server.answer_size = sizeof data;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_true(tls_write(&f->tls, (const uint8_t *)"\r\n\r\n", 4, &failure) == 4);
    assert_int_equal(tls_read(&f->tls, data, sizeof data, &failure), 0);
    assert_true(tls_is_busy(&f->tls));
    for (int calls = 0; n >= 0 && calls < 10; calls++) {
        n = tls_read(&f->tls, data, sizeof data, &failure);
        got += n > 0 ? (size_t)n : 0;
    }
    assert_int_equal(n, TLS_END);
    assert_int_equal(got, sizeof data);
}

static int receive_nothing(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    (void)p;
    (void)n;
    return PORT_AGAIN;
}

// A server that lets those wait who want to resume: the next attempt does not.
static void test_stalled_resumption(void **state)
{
    struct tls_fixture *f = *state;
    struct failure failure;

    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    tls_close(&f->tls);
    f->ops.stream_receive = receive_nothing;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_AGAIN);
    assert_true(f->tls.resuming);
    f->server.port.now_ms += TLS_HANDSHAKE_MS;
    assert_int_equal(tls_step(&f->tls, &failure), -RESULT_TIMEOUT);
    f->ops.stream_receive = fake_stream_receive;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_false(f->tls.resuming);
    tls_close(&f->tls);
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_false(f->tls.resuming); // until the restart
}

static int opened;

static int count_openings(struct port *port, const char *host, uint16_t tcp_port)
{
    struct fake_server *server = (struct fake_server *)port;
    int rc = fake_stream_open(port, host, tcp_port);

    server->is_closed = opened++ == 0; // hangs up on the first
    return rc;
}

// A server that hangs up on those who want to resume is asked again at once, and no more.
static void test_refused_resumption(void **state)
{
    struct tls_fixture *f = *state;

    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    tls_close(&f->tls);
    opened = 0;
    f->ops.stream_open = count_openings;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_int_equal(opened, 2);
    assert_int_equal(f->server.tcp_port, 1);
    assert_false(f->tls.resuming);
    tls_close(&f->tls);
    opened = 0;
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_TLS_FAILED);
    assert_int_equal(opened, 1);
}

static bool greet(struct fake_server *server)
{
    (void)mbedtls_ssl_write(&server->ssl, (const uint8_t *)"x", 1);
    server->is_closed = true;
    return true;
}

static bool hang_up(struct fake_server *server)
{
    server->is_closed = true;
    return true;
}

// A session whose connection is lost is resumed, unless that may be the reason: nothing was said.
static void test_lost_connection(void **state)
{
    struct tls_fixture *f = *state;
    struct failure failure;
    uint8_t byte;

    f->server.talk = greet;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_int_equal(tls_read(&f->tls, &byte, 1, &failure), 1);
    assert_int_equal(tls_read(&f->tls, &byte, 1, &failure), -RESULT_CONNECT_FAILED);
    f->server.talk = hang_up;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_true(f->tls.resuming);
    assert_int_equal(tls_read(&f->tls, &byte, 1, &failure), -RESULT_CONNECT_FAILED);
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_false(f->tls.resuming);
}

// Who cannot be reached has not refused.
static void test_unreachable_resumption(void **state)
{
    struct tls_fixture *f = *state;

    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    tls_close(&f->tls);
    f->server.refuses = true;
    assert_int_equal(tls_fixture_connect(f, "localhost"), -RESULT_CONNECT_FAILED);
    f->server.refuses = false;
    assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    assert_true(f->tls.resuming);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tls_fixture_setup, tls_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_certificates),
        TEST(test_untrusted),
        TEST(test_rsa_server),
        TEST(test_version_and_fragment),
        TEST(test_old_version),
        TEST(test_alert),
        TEST(test_alert_by_bytes),
        TEST(test_resumes),
        TEST(test_unreachable),
        TEST(test_timeout),
        TEST(test_no_data_without_end),
        TEST(test_empty_records),
        TEST(test_large_record),
        TEST(test_stalled_resumption),
        TEST(test_refused_resumption),
        TEST(test_lost_connection),
        TEST(test_unreachable_resumption),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
