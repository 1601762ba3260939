// The server's key: whoever signs with it, clients of each kind take the signatures.
#include "server/daemon/handshake_signer.h"
#include "test/unit/server/http/tls_fixture.h"

#define ASK "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define TLS_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-SIGN-ALL:"
#define TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:"

static void give(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)ctx;
    http_response_set_empty(response, 204);
}

static const struct http_route routes[] = {{HTTP_GET, "/", give}, {0, NULL, NULL}};

// What a client takes of signatures, and whether the server has it.
static const struct {
    enum private_key_kind kind;
    const char *priorities;
    bool served;
} cases[] = {
    {PRIVATE_KEY_RSA2048, TLS_1_2 "+SIGN-RSA-SHA256", true},
    {PRIVATE_KEY_RSA2048, TLS_1_2 "+SIGN-RSA-SHA384", true},
    {PRIVATE_KEY_RSA2048, TLS_1_2 "+SIGN-RSA-SHA512", true},
    {PRIVATE_KEY_RSA2048, TLS_1_2 "+SIGN-RSA-PSS-RSAE-SHA256", true},
    {PRIVATE_KEY_RSA2048, TLS_1_2 "+SIGN-RSA-SHA1", false},
    {PRIVATE_KEY_RSA2048, TLS_1_2 "+SIGN-ECDSA-SHA256", false},
    {PRIVATE_KEY_RSA2048, TLS_1_3 "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256", true},
    {PRIVATE_KEY_RSA2048, TLS_1_3 "+SIGN-RSA-SHA256", false}, // RFC 8446, 4.2.3
    {PRIVATE_KEY_P256, TLS_1_2 "+SIGN-ECDSA-SHA256", true},
    {PRIVATE_KEY_P256, TLS_1_2 "+SIGN-ECDSA-SHA384", true},
    {PRIVATE_KEY_P256, TLS_1_2 "+SIGN-ECDSA-SHA1", false},
    {PRIVATE_KEY_P256, TLS_1_2 "+SIGN-RSA-SHA256", false},
    {PRIVATE_KEY_P256, TLS_1_3 "+SIGN-ECDSA-SECP256R1-SHA256", true},
};

static const struct http_signer *const signers[] = {NULL, &handshake_signer};

static struct tls_fixture fixtures[2]; // by kind

static void expect_client(uint16_t port, size_t i, size_t signer)
{
    struct tls_fixture *fixture = &fixtures[cases[i].kind];
    struct tls_fixture_client client;
    int rc = tls_fixture_open(&client, port, fixture->credentials[0], cases[i].priorities, NULL);

    if ((rc == 0) != cases[i].served)
        fail_msg("signer %zu, %s: %s", signer, cases[i].priorities, gnutls_strerror(rc));
    if (rc == 0) {
        tls_fixture_send(&client, ASK);
        assert_true(tls_fixture_read(&client, 12) == 12);
    }
    tls_fixture_close(&client);
}

static void clients_take_the_signatures(void **state)
{
    (void)state;
    for (size_t signer = 0; signer < 2; signer++) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct http_server_settings settings = {.routes = routes,
                .threads = 2,
                .max_connections = 64,
                .timeout_s = 300,
                .signer = signers[signer]};
            struct http_server *server = tls_fixture_start(&fixtures[cases[i].kind], &settings);

            expect_client(settings.port, i, signer);
            http_server_free(server, 0);
        }
    }
}

// Another key than the certificate's is refused at start, whoever signs.
static void a_key_of_another_certificate_is_refused(void **state)
{
    (void)state;
    for (size_t signer = 0; signer < 2; signer++) {
        struct http_server_settings settings = {.routes = routes,
            .threads = 1,
            .max_connections = 4,
            .name = "test",
            .address = "127.0.0.1",
            .port = tls_fixture_free_port(),
            .certificate_file = fixtures[PRIVATE_KEY_P256].server.public_path,
            .key_file = fixtures[PRIVATE_KEY_P256].devices[0].key_path,
            .verify = tls_fixture_take_all,
            .signer = signers[signer]};
        struct http_server *server;
        struct err err = {0};

        assert_int_equal(http_server_start(&settings, &server, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "it does not belong to the certificate"));
        assert_non_null(strstr(err.message, settings.key_file));
        settings.key_file = settings.certificate_file;
        assert_int_equal(http_server_start(&settings, &server, &err), ERR_INVALID);
    }
}

static int refuse_to_sign(
    void *key, uint16_t scheme, const uint8_t *p, size_t n, struct http_signature *out)
{
    (void)key;
    (void)scheme;
    (void)p;
    (void)n;
    (void)out;
    return ERR_IO;
}

static void without_a_signature_there_is_no_handshake(void **state)
{
    struct http_signer signer = handshake_signer;
    struct http_server_settings settings = {
        .routes = routes, .threads = 2, .max_connections = 64, .timeout_s = 300, .signer = &signer};
    struct http_server *server;
    struct tls_fixture_client client;

    (void)state;
    signer.sign = refuse_to_sign;
    server = tls_fixture_start(&fixtures[PRIVATE_KEY_P256], &settings);
    assert_true(tls_fixture_open(&client, settings.port, fixtures[PRIVATE_KEY_P256].credentials[0],
                    TLS_FIXTURE_1_2, NULL) < 0);
    assert_int_equal(tls_fixture_counters(server).bad_handshakes, 1);
    tls_fixture_close(&client);
    http_server_free(server, 0);
}

static int set_up(void **state)
{
    (void)state;
    tls_fixture_make(&fixtures[PRIVATE_KEY_P256], PRIVATE_KEY_P256);
    tls_fixture_make(&fixtures[PRIVATE_KEY_RSA2048], PRIVATE_KEY_RSA2048);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        tls_fixture_clear(&fixtures[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_take_the_signatures),
        cmocka_unit_test(a_key_of_another_certificate_is_refused),
        cmocka_unit_test(without_a_signature_there_is_no_handshake),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
