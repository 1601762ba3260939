// Handshakes over TLS: how long they may take, who makes room, and how long certificates may be.
#include "server/http/http_sessions.h"
#include "server/pki/digest.h"
#include "test/unit/server/http/tls_fixture.h"

#include <gnutls/abstract.h>
#include <pthread.h>
#include <stdatomic.h>

#define ASK "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define PLACES 8

static void give(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)ctx;
    http_response_set_text(response, 200, "some");
}

static const struct http_route routes[] = {{HTTP_GET, "/", give}, {0, NULL, NULL}};

static struct tls_fixture fixture;

static struct http_server *start(
    struct http_server_settings *settings, unsigned handshake_timeout_s)
{
    *settings = (struct http_server_settings){.routes = routes,
        .threads = 2,
        .max_connections = PLACES,
        .timeout_s = 300,
        .handshake_timeout_s = handshake_timeout_s};
    return tls_fixture_start(&fixture, settings);
}

static void ask(struct tls_fixture_client *client)
{
    tls_fixture_send(client, ASK);
    assert_int_equal(tls_fixture_read(client, 16), 16);
}

// Only the handshake has so little time.
static void a_handshake_that_takes_too_long_is_ended(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings, 1);
    struct tls_fixture_client client;
    int silent = tls_fixture_connect(settings.port);
    int begun = tls_fixture_connect(settings.port);
    char byte;

    (void)state;
    assert_int_equal(
        tls_fixture_open(&client, settings.port, fixture.credentials[0], TLS_FIXTURE_1_2, NULL), 0);
    assert_int_equal(write(begun, "\x16\x03\x01", 3), 3);
    assert_int_equal(read(silent, &byte, 1), 0);
    assert_true(read(begun, &byte, 1) <= 0);
    ask(&client);
    assert_int_equal(tls_fixture_counters(server).timed_out, 2);
    tls_fixture_close(&client);
    close(silent);
    close(begun);
    http_server_free(server, 1000);
}

// A server all of whose places are silent serves all the same, and whoever is served stays.
static void the_silent_make_room(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings, 1);
    struct tls_fixture_client kept, newer;
    int silent[3 * PLACES];

    (void)state;
    assert_int_equal(
        tls_fixture_open(&kept, settings.port, fixture.credentials[0], TLS_FIXTURE_1_2, NULL), 0);
    ask(&kept);
    for (int i = 0; i < 3 * PLACES; i++)
        silent[i] = tls_fixture_connect(settings.port);
    assert_int_equal(
        tls_fixture_open(&newer, settings.port, fixture.credentials[1], TLS_FIXTURE_1_2, NULL), 0);
    ask(&newer);
    ask(&kept);
    assert_true(tls_fixture_counters(server).left > 0);
    assert_true(tls_fixture_counters(server).full > 0);
    tls_fixture_close(&kept);
    tls_fixture_close(&newer);
    for (int i = 0; i < 3 * PLACES; i++)
        close(silent[i]);
    http_server_free(server, 1000);
}

static void give_late(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct timespec longer = {.tv_sec = 1, .tv_nsec = 200000000}; // than who asks nothing is borne

    nanosleep(&longer, NULL);
    give(request, response, ctx);
}

static const struct http_route late_routes[] = {{HTTP_GET, "/", give_late}, {0, NULL, NULL}};

// Whoever waits for an answer makes no room, also before it begins.
static void who_is_at_work_stays(void **state)
{
    struct http_server_settings settings = {.routes = late_routes,
        .threads = 1,
        .max_connections = 1,
        .timeout_s = 300,
        .handshake_timeout_s = 1};
    struct http_server *server = tls_fixture_start(&fixture, &settings);
    struct tls_fixture_client client;
    int waiting;

    (void)state;
    assert_int_equal(
        tls_fixture_open(&client, settings.port, fixture.credentials[0], TLS_FIXTURE_1_2, NULL), 0);
    waiting = tls_fixture_connect(settings.port);
    ask(&client);
    assert_true(tls_fixture_counters(server).full > 0);
    assert_int_equal(tls_fixture_counters(server).left, 0);
    tls_fixture_close(&client);
    close(waiting);
    http_server_free(server, 1000);
}

// A client whose certificate is followed by so many copies of it.
static gnutls_certificate_credentials_t with_copies(int copies)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_x509_privkey_t own_key;
    gnutls_x509_crt_t *own;
    gnutls_privkey_t key;
    gnutls_pcert_st list[64];
    unsigned n;

    assert_int_equal(gnutls_certificate_get_x509_crt(fixture.credentials[0], 0, &own, &n), 0);
    assert_int_equal(gnutls_certificate_get_x509_key(fixture.credentials[0], 0, &own_key), 0);
    for (int i = 0; i <= copies; i++)
        assert_int_equal(gnutls_pcert_import_x509(&list[i], own[0], 0), 0);
    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(
        gnutls_privkey_import_x509(key, own_key, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE), 0);
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    // Which owns list's members and the key then.
    assert_int_equal(gnutls_certificate_set_key(credentials, NULL, 0, list, copies + 1, key), 0);
    gnutls_x509_crt_deinit(own[0]);
    gnutls_free(own);
    return credentials;
}

// A certificate has some 800 bytes; those of the last row fit into no message.
static const struct {
    int copies;
    bool served;
} chains[] = {{0, true}, {4, true}, {8, false}, {15, false}};

static void long_chains_are_refused(void **state)
{
    static const char *const versions[] = {TLS_FIXTURE_1_2, TLS_FIXTURE_1_3};
    struct http_server_settings settings;
    struct http_server *server = start(&settings, 5);
    uint64_t refused = 0;

    (void)state;
    for (size_t i = 0; i < 2 * sizeof chains / sizeof chains[0]; i++) {
        gnutls_certificate_credentials_t credentials = with_copies(chains[i / 2].copies);
        struct tls_fixture_client client;
        int rc = tls_fixture_open(&client, settings.port, credentials, versions[i % 2], NULL);

        if (rc == 0 && gnutls_record_send(client.session, ASK, strlen(ASK)) > 0)
            assert_int_equal(tls_fixture_read(&client, 16), chains[i / 2].served ? 16 : 0);
        else
            assert_false(chains[i / 2].served);
        if (!chains[i / 2].served)
            assert_int_equal(gnutls_alert_get(client.session), GNUTLS_A_BAD_CERTIFICATE);
        refused += !chains[i / 2].served;
        assert_int_equal(tls_fixture_counters(server).refused_handshakes, refused);
        tls_fixture_close(&client);
        gnutls_certificate_free_credentials(credentials);
    }
    http_server_free(server, 1000);
}

#define BY_ID TLS_FIXTURE_1_2 ":%NO_TICKETS"

// A client that makes ever new sessions pushes out its own alone.
static void one_client_costs_no_other_its_session(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings, 5);
    struct tls_fixture_client client;
    gnutls_datum_t kept = {0};

    (void)state;
    assert_int_equal(
        tls_fixture_open(&client, settings.port, fixture.credentials[1], BY_ID, NULL), 0);
    assert_int_equal(gnutls_session_get_data2(client.session, &kept), 0);
    tls_fixture_close(&client);
    for (int i = 0; i < 2 * HTTP_SESSIONS_PER_CLIENT; i++) {
        assert_int_equal(
            tls_fixture_open(&client, settings.port, fixture.credentials[0], BY_ID, NULL), 0);
        tls_fixture_close(&client);
    }
    assert_int_equal(
        tls_fixture_open(&client, settings.port, fixture.credentials[1], BY_ID, &kept), 0);
    assert_true(gnutls_session_is_resumed(client.session));
    tls_fixture_close(&client);
    gnutls_free(kept.data);
    http_server_free(server, 1000);
}

#define AT_ONCE 2
#define CROWD 8

// How many compute in the server, and how many did at most; in handshakes and in requests.
static struct {
    atomic_uint now, most;
} computing[2];

static void compute(size_t kind)
{
    struct timespec pause = {.tv_nsec = 20000000}; // for the others to come
    unsigned now = ++computing[kind].now, most = computing[kind].most;

    while (now > most && !atomic_compare_exchange_weak(&computing[kind].most, &most, now))
        continue;
    nanosleep(&pause, NULL);
    computing[kind].now--;
}

static int verify_slowly(const uint8_t *der, size_t n, void *ctx, struct err *err)
{
    compute(0);
    return tls_fixture_take_all(der, n, ctx, err);
}

static void give_slowly(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    compute(1);
    give(request, response, ctx);
}

static const struct http_route slow_routes[] = {{HTTP_GET, "/", give_slowly}, {0, NULL, NULL}};

static void *come_and_ask(void *ctx)
{
    const uint16_t *port = ctx;
    struct tls_fixture_client client;

    assert_int_equal(
        tls_fixture_open(&client, *port, fixture.credentials[0], TLS_FIXTURE_1_2, NULL), 0);
    ask(&client);
    tls_fixture_close(&client);
    return NULL;
}

// A crowd, each on another thread of the server: all are served, and others get their processors.
static void so_many_compute_at_once(void **state)
{
    struct http_server_settings settings = {.routes = slow_routes,
        .verify = verify_slowly,
        .threads = CROWD,
        .at_once = AT_ONCE,
        .max_connections = 4 * CROWD,
        .timeout_s = 300};
    struct http_server *server = tls_fixture_start(&fixture, &settings);
    pthread_t clients[CROWD];

    (void)state;
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, come_and_ask, &settings.port), 0);
    for (int i = 0; i < CROWD; i++)
        pthread_join(clients[i], NULL);
    for (size_t kind = 0; kind < 2; kind++)
        assert_in_range(computing[kind].most, 1, AT_ONCE);
    http_server_free(server, 1000);
}

static char shown[HTTP_REQUEST_FINGERPRINT_SIZE]; // at the last request
static atomic_uint shown_count;

static void take_fingerprint(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    size_t n;
    const uint8_t *der = http_request_peer_certificate(request, &n);

    digest_sha256(der, n, fingerprint);
    assert_string_equal(http_request_peer_fingerprint(request), fingerprint);
    assert_string_equal(http_request_peer_fingerprint(request), fingerprint);
    memcpy(shown, fingerprint, sizeof shown);
    shown_count++;
    give(request, response, ctx);
}

// Each connection has that of its own client's certificate, at each request.
static void a_client_has_its_fingerprint(void **state)
{
    static const struct http_route own_routes[] = {
        {HTTP_GET, "/", take_fingerprint}, {0, NULL, NULL}};
    struct http_server_settings settings = {
        .routes = own_routes, .threads = 1, .max_connections = PLACES, .timeout_s = 300};
    struct http_server *server = tls_fixture_start(&fixture, &settings);
    char seen[2][HTTP_REQUEST_FINGERPRINT_SIZE];
    struct tls_fixture_client clients[2];

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(tls_fixture_open(&clients[i], settings.port, fixture.credentials[i],
                             TLS_FIXTURE_1_2, NULL),
            0);
    for (unsigned i = 0; i < 6; i++) {
        tls_fixture_send(&clients[i % 2], ASK);
        for (int64_t until_ms = clock_monotonic_ms() + TLS_FIXTURE_WAIT_MS;
             shown_count <= i && clock_monotonic_ms() < until_ms;)
            usleep(1000);
        assert_int_equal(shown_count, i + 1);
        if (i >= 2)
            assert_string_equal(shown, seen[i % 2]);
        memcpy(seen[i % 2], shown, sizeof shown);
    }
    assert_string_not_equal(seen[0], seen[1]);
    for (int i = 0; i < 2; i++)
        tls_fixture_close(&clients[i]);
    http_server_free(server, 1000);
}

static int set_up(void **state)
{
    (void)state;
    tls_fixture_make(&fixture, PRIVATE_KEY_RSA2048);
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
        cmocka_unit_test(a_handshake_that_takes_too_long_is_ended),
        cmocka_unit_test(the_silent_make_room),
        cmocka_unit_test(who_is_at_work_stays),
        cmocka_unit_test(long_chains_are_refused),
        cmocka_unit_test(one_client_costs_no_other_its_session),
        cmocka_unit_test(a_client_has_its_fingerprint),
        cmocka_unit_test(so_many_compute_at_once),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
