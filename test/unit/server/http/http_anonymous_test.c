// Clients without a certificate, where one is optional.
#include "test/unit/server/http/tls_fixture.h"

#define ASK "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define PLACES 8

static struct tls_fixture fixture;

static void say_who(const struct http_request *request, struct http_response *response, void *ctx)
{
    char peer[HTTP_REQUEST_PEER_SIZE];
    struct http_request_process process;
    size_t n;

    (void)ctx;
    http_request_peer(request, peer);
    assert_string_equal(peer, "127.0.0.1");
    assert_false(http_request_process(request, &process));
    http_response_set_text(
        response, http_request_peer_certificate(request, &n) != NULL ? 200 : 203, "x");
}

static const struct http_route who_routes[] = {
    {HTTP_GET | HTTP_POST, "/", say_who}, {0, NULL, NULL}};

static int refuse_all(const uint8_t *der, size_t n, void *ctx, struct err *err)
{
    (void)der;
    (void)n;
    (void)ctx;
    return err_set(err, ERR_UNTRUSTED, "nobody is trusted");
}

// Where a certificate is optional who has none gets in, and who has a bad one does not.
static void certificates_may_be_optional(void **state)
{
    static const char *const priorities[] = {TLS_FIXTURE_1_2, TLS_FIXTURE_1_3};
    struct http_server_settings settings = {.routes = who_routes,
        .threads = 2,
        .max_connections = PLACES,
        .max_connections_per_certificate = 2,
        .timeout_s = 300,
        .certificate_optional = true};
    struct http_server *server = tls_fixture_start(&fixture, &settings);
    gnutls_certificate_credentials_t none;
    struct tls_fixture_client client;
    char text[13];

    (void)state;
    assert_int_equal(gnutls_certificate_allocate_credentials(&none), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(tls_fixture_open(&client, settings.port,
                             i < 2 ? none : fixture.credentials[0], priorities[i % 2], NULL),
            0);
        tls_fixture_send(&client, ASK);
        while (gnutls_record_recv(client.session, text, sizeof text - 1) == GNUTLS_E_AGAIN)
            ;
        assert_memory_equal(text, i < 2 ? "HTTP/1.1 203" : "HTTP/1.1 200", 12);
        tls_fixture_close(&client);
    }
    http_server_free(server, 1000);
    settings.verify = refuse_all;
    server = tls_fixture_start(&fixture, &settings);
    assert_true(tls_fixture_open(
                    &client, settings.port, fixture.credentials[0], TLS_FIXTURE_1_2, NULL) < 0);
    tls_fixture_close(&client);
    assert_int_equal(tls_fixture_open(&client, settings.port, none, TLS_FIXTURE_1_2, NULL), 0);
    tls_fixture_close(&client);
    assert_int_equal(tls_fixture_counters(server).untrusted, 1);
    http_server_free(server, 1000);
    settings.certificate_optional = false;
    server = tls_fixture_start(&fixture, &settings);
    assert_true(tls_fixture_open(&client, settings.port, none, TLS_FIXTURE_1_2, NULL) < 0);
    tls_fixture_close(&client);
    http_server_free(server, 1000);
    gnutls_certificate_free_credentials(none);
}

#define HEAD "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"

// Each has said what comes before its body.
static void open_all(struct tls_fixture_client *clients, size_t count, uint16_t port,
    gnutls_certificate_credentials_t credentials)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(
            tls_fixture_open(&clients[i], port, credentials, TLS_FIXTURE_1_2, NULL), 0);
        tls_fixture_send(&clients[i], HEAD);
    }
}

static ssize_t receive(const struct tls_fixture_client *client, char *text, size_t n)
{
    ssize_t rc;

    while ((rc = gnutls_record_recv(client->session, text, n)) == GNUTLS_E_AGAIN)
        continue;
    return rc;
}

// What does not come is waited for from those alone who show a certificate; of the others each has
// as long as for its handshake, and makes room meanwhile.
static void nobodys_body_is_not_waited_for_long(void **state)
{
    struct http_server_settings settings = {.routes = who_routes,
        .threads = 2,
        .max_body_bytes = 8000,
        .max_connections = 2 * PLACES,
        .max_connections_per_address = PLACES,
        .timeout_s = 300,
        .handshake_timeout_s = 2,
        .certificate_optional = true};
    struct http_server *server = tls_fixture_start(&fixture, &settings);
    gnutls_certificate_credentials_t none;
    struct tls_fixture_client clients[PLACES + 1];
    char text[13];

    (void)state;
    assert_int_equal(gnutls_certificate_allocate_credentials(&none), 0);
    open_all(clients, 1, settings.port, fixture.credentials[0]);
    open_all(clients + 1, PLACES, settings.port, none); // one more than there may be
    tls_fixture_send(&clients[PLACES], "body");
    assert_true(receive(&clients[PLACES], text, 12) == 12);
    assert_memory_equal(text, "HTTP/1.1 203", 12);
    for (int i = 1; i < PLACES; i++)
        assert_true(receive(&clients[i], text, 12) <= 0);
    tls_fixture_send(&clients[0], "body");
    assert_true(receive(&clients[0], text, 12) == 12);
    assert_memory_equal(text, "HTTP/1.1 200", 12);
    for (int i = 0; i <= PLACES; i++)
        tls_fixture_close(&clients[i]);
    http_server_free(server, 1000);
    gnutls_certificate_free_credentials(none);
}

static int set_up(void **state)
{
    (void)state;
    tls_fixture_make(&fixture, PRIVATE_KEY_P256);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tls_fixture_clear(&fixture);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_may_be_optional),
        cmocka_unit_test(nobodys_body_is_not_waited_for_long),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
