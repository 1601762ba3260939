// Connections are ended by their clients' certificates, whatever they are at; others' go on.
#include "server/http/http_clients.h"
#include "test/unit/server/http/tls_fixture.h"

#define LARGE_BYTES ((size_t)16 * 1024 * 1024) // more than the system takes of an answer
#define ASK "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define ASK_LARGE "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
#define BYTES 64

static void give(const struct http_request *request, struct http_response *response, void *ctx)
{
    static char bytes[BYTES];
    struct http_response_bytes body = {.p = bytes, .n = sizeof bytes};

    (void)request;
    (void)ctx;
    http_response_set_bytes(response, 200, "text/plain", &body);
}

static void give_large(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    struct http_response_bytes body = http_response_own(calloc(1, LARGE_BYTES), LARGE_BYTES);

    (void)request;
    (void)ctx;
    http_response_set_bytes(response, 200, "application/octet-stream", &body);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/", give},
    {HTTP_GET, "/large", give_large},
    {0, NULL, NULL},
};

// What a connection is at when it is ended.
enum moment { BEFORE_REQUEST, BETWEEN_REQUESTS, HALF_REQUEST, DOWNLOAD };

static const struct {
    const char *name, *priorities;
    bool resumed;
    enum moment moment;
} cases[] = {
    {"before a request", TLS_FIXTURE_1_2, false, BEFORE_REQUEST},
    {"before a request, TLS 1.3", TLS_FIXTURE_1_3, false, BEFORE_REQUEST},
    {"before a request, resumed", TLS_FIXTURE_1_2, true, BEFORE_REQUEST},
    {"before a request, resumed, TLS 1.3", TLS_FIXTURE_1_3, true, BEFORE_REQUEST},
    {"kept alive", TLS_FIXTURE_1_2, false, BETWEEN_REQUESTS},
    {"kept alive, resumed", TLS_FIXTURE_1_2, true, BETWEEN_REQUESTS},
    {"kept alive, resumed, TLS 1.3", TLS_FIXTURE_1_3, true, BETWEEN_REQUESTS},
    {"in a request", TLS_FIXTURE_1_2, false, HALF_REQUEST},
    {"in a download", TLS_FIXTURE_1_2, false, DOWNLOAD},
    {"in a download, resumed", TLS_FIXTURE_1_2, true, DOWNLOAD},
    {"in a download, resumed, TLS 1.3", TLS_FIXTURE_1_3, true, DOWNLOAD},
};

static struct tls_fixture fixture;

static struct http_server *start(struct http_server_settings *settings)
{
    *settings = (struct http_server_settings){
        .routes = routes, .threads = 2, .max_connections = 64, .timeout_s = 300};
    return tls_fixture_start(&fixture, settings);
}

// The certificate of a device, as DER.
static gnutls_datum_t der_of(int device)
{
    gnutls_datum_t der = {0};
    gnutls_x509_crt_t *list;
    unsigned n;

    assert_int_equal(gnutls_certificate_get_x509_crt(fixture.credentials[device], 0, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(gnutls_x509_crt_export2(list[0], GNUTLS_X509_FMT_DER, &der), 0);
    gnutls_x509_crt_deinit(list[0]);
    gnutls_free(list);
    return der;
}

// Keeps a session that can be resumed.
static void keep_session(uint16_t port, int device, const char *priorities, gnutls_datum_t *kept)
{
    struct tls_fixture_client client;

    assert_int_equal(
        tls_fixture_open(&client, port, fixture.credentials[device], priorities, NULL), 0);
    tls_fixture_send(&client, ASK);
    assert_int_equal(tls_fixture_read(&client, BYTES), BYTES); // a ticket of TLS 1.3 is there then
    assert_int_equal(gnutls_session_get_data2(client.session, kept), 0);
    tls_fixture_close(&client);
}

static void come_to(struct tls_fixture_client *client, enum moment moment)
{
    switch (moment) {
    case BEFORE_REQUEST: break;
    case BETWEEN_REQUESTS:
        tls_fixture_send(client, ASK);
        assert_int_equal(tls_fixture_read(client, BYTES), BYTES);
        break;
    case HALF_REQUEST: tls_fixture_send(client, "GET / HTTP/1.1\r\nHo"); break;
    case DOWNLOAD:
        tls_fixture_send(client, ASK_LARGE);
        assert_int_equal(tls_fixture_read(client, 65536), 65536);
        break;
    }
}

static bool is_that(const uint8_t *der, size_t n, void *ctx)
{
    const gnutls_datum_t *wanted = ctx;

    return n == wanted->size && memcmp(der, wanted->data, n) == 0;
}

static bool is_any(const uint8_t *der, size_t n, void *ctx)
{
    (void)der;
    (void)n;
    (void)ctx;
    return true;
}

// With a client of TLS 1.3 the handshake may end at the server a moment later. How many were ended.
static size_t end_some(struct http_server *server, gnutls_datum_t *der, size_t count)
{
    int64_t until = clock_monotonic_ms() + TLS_FIXTURE_WAIT_MS;
    struct timespec pause = {.tv_nsec = 1000000};
    size_t ended = 0;

    while (ended < count && clock_monotonic_ms() < until) {
        ended += http_server_end_clients(server, is_that, der);
        nanosleep(&pause, NULL);
    }
    return ended;
}

static void wait_open(struct http_server *server, uint64_t count)
{
    int64_t until = clock_monotonic_ms() + TLS_FIXTURE_WAIT_MS;
    struct timespec pause = {.tv_nsec = 5000000};

    while (tls_fixture_counters(server).open != count && clock_monotonic_ms() < until)
        nanosleep(&pause, NULL);
    assert_int_equal(tls_fixture_counters(server).open, count);
}

// One case, beside another's connection that is at the same.
static void end_one(struct http_server *server, uint16_t port, size_t i)
{
    gnutls_datum_t der = der_of(0), kept = {0};
    struct tls_fixture_client client, other;
    size_t read;

    if (cases[i].resumed)
        keep_session(port, 0, cases[i].priorities, &kept);
    assert_int_equal(
        tls_fixture_open(&client, port, fixture.credentials[0], cases[i].priorities, &kept), 0);
    assert_int_equal(gnutls_session_is_resumed(client.session) != 0, cases[i].resumed);
    assert_int_equal(
        tls_fixture_open(&other, port, fixture.credentials[1], cases[i].priorities, NULL), 0);
    come_to(&client, cases[i].moment);
    come_to(&other, cases[i].moment == DOWNLOAD ? DOWNLOAD : BETWEEN_REQUESTS);
    assert_int_equal(end_some(server, &der, 1), 1);
    read = tls_fixture_read(&client, LARGE_BYTES);
    if (cases[i].moment == DOWNLOAD)
        assert_true(read < LARGE_BYTES / 2);
    else if (cases[i].moment != BETWEEN_REQUESTS)
        assert_int_equal(read, 0);
    wait_open(server, 1);
    if (cases[i].moment == DOWNLOAD)
        assert_int_equal(tls_fixture_read(&other, LARGE_BYTES - 65536), LARGE_BYTES - 65536);
    else
        come_to(&other, BETWEEN_REQUESTS);
    assert_int_equal(http_server_end_clients(server, is_that, &der), 0);
    tls_fixture_close(&client);
    tls_fixture_close(&other);
    wait_open(server, 0);
    gnutls_free(der.data);
    gnutls_free(kept.data);
}

static void clients_are_ended_and_no_others(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        end_one(server, settings.port, i);
    }
    assert_int_equal(http_server_end_clients(server, is_any, NULL), 0);
    http_server_free(server, 1000);
}

static void all_connections_of_a_certificate_are_ended(void **state)
{
    struct tls_fixture_client clients[6];
    struct http_server_settings settings;
    struct http_server *server = start(&settings);
    gnutls_datum_t der = der_of(1);

    (void)state;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(tls_fixture_open(&clients[i], settings.port,
                             fixture.credentials[i % TLS_FIXTURE_DEVICES], TLS_FIXTURE_1_2, NULL),
            0);
        come_to(&clients[i], BETWEEN_REQUESTS);
    }
    assert_int_equal(http_server_end_clients(server, is_that, &der), 2);
    wait_open(server, 4);
    tls_fixture_close(&clients[0]); // in whatever order they go
    wait_open(server, 3);
    assert_int_equal(http_server_end_clients(server, is_any, NULL), 3);
    wait_open(server, 0);
    for (int i = 1; i < 6; i++)
        tls_fixture_close(&clients[i]);
    gnutls_free(der.data);
    http_server_free(server, 1000);
}

#define PER_CERTIFICATE 2

static struct tls_fixture_client opened(uint16_t port, int device)
{
    struct tls_fixture_client client;

    assert_int_equal(
        tls_fixture_open(&client, port, fixture.credentials[device], TLS_FIXTURE_1_2, NULL), 0);
    return client;
}

// What the connections of one certificate are at, from the oldest to the newest, and which of them
// is ended for another one; -1: it is the new one that is refused.
static const struct {
    enum moment at[PER_CERTIFICATE];
    int ended;
} crowds[] = {
    {{BETWEEN_REQUESTS, BETWEEN_REQUESTS}, 0},
    {{BEFORE_REQUEST, BETWEEN_REQUESTS}, 0},
    {{BETWEEN_REQUESTS, BEFORE_REQUEST}, 0},
    {{DOWNLOAD, BETWEEN_REQUESTS}, 1},
    {{DOWNLOAD, BEFORE_REQUEST}, 1},
    {{BETWEEN_REQUESTS, DOWNLOAD}, 0},
    {{DOWNLOAD, DOWNLOAD}, -1},
};

static bool has_ended(struct tls_fixture_client *client)
{
    char byte;
    ssize_t n = recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN);
}

static void expect_crowd(struct http_server *server, uint16_t port, size_t i)
{
    struct http_server_counters before = tls_fixture_counters(server), after;
    struct tls_fixture_client clients[PER_CERTIFICATE], other = opened(port, 1), new;

    come_to(&other, BETWEEN_REQUESTS);
    for (int k = 0; k < PER_CERTIFICATE; k++) {
        struct timespec tick = {.tv_nsec = 2000000}; // so that each has rested longer than the next

        clients[k] = opened(port, 0);
        come_to(&clients[k], crowds[i].at[k]);
        nanosleep(&tick, NULL);
    }
    new = opened(port, 0);
    if (crowds[i].ended < 0) {
        assert_int_equal(tls_fixture_read(&new, 1), 0);
        assert_int_equal(gnutls_alert_get(new.session), GNUTLS_A_ACCESS_DENIED);
    } else {
        come_to(&new, BETWEEN_REQUESTS);
        tls_fixture_read(&clients[crowds[i].ended], LARGE_BYTES); // to its end
    }
    after = tls_fixture_counters(server);
    assert_int_equal(after.crowded - before.crowded, crowds[i].ended < 0);
    assert_int_equal(after.replaced - before.replaced, crowds[i].ended >= 0);
    for (int k = 0; k < PER_CERTIFICATE; k++) {
        if (k != crowds[i].ended && crowds[i].at[k] != DOWNLOAD)
            assert_false(has_ended(&clients[k]));
        else if (k != crowds[i].ended)
            assert_int_equal(
                tls_fixture_read(&clients[k], LARGE_BYTES - 65536), LARGE_BYTES - 65536);
        tls_fixture_close(&clients[k]);
    }
    come_to(&other, BETWEEN_REQUESTS);
    tls_fixture_close(&other);
    tls_fixture_close(&new);
    wait_open(server, 0);
}

static void a_certificate_has_so_many_connections(void **state)
{
    struct http_server_settings settings = {.routes = routes,
        .threads = 2,
        .max_connections = 64,
        .timeout_s = 300,
        .max_connections_per_certificate = PER_CERTIFICATE};
    struct http_server *server = tls_fixture_start(&fixture, &settings);

    (void)state;
    for (size_t i = 0; i < sizeof crowds / sizeof crowds[0]; i++) {
        print_message("crowd %zu\n", i);
        expect_crowd(server, settings.port, i);
    }
    http_server_free(server, 1000);
}

#define PLACES 5

// One that was ended is none any more, though it is not closed yet.
static void who_was_ended_counts_no_more(void **state)
{
    static const uint8_t der[] = "a certificate";
    struct http_client_place places[PLACES] = {0};
    struct http_clients *clients;
    int ours[PLACES], theirs[PLACES];
    char byte;

    (void)state;
    assert_int_equal(http_clients_new(PER_CERTIFICATE, &clients), 0);
    for (int i = 0; i < PLACES; i++) {
        struct timespec tick = {.tv_nsec = 2000000};
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        ours[i] = pair[0];
        theirs[i] = pair[1];
        assert_int_equal(http_clients_enter(clients, der, sizeof der, &places[i], ours[i]), 0);
        assert_int_equal(http_clients_count_replaced(clients),
            i < PER_CERTIFICATE ? 0 : i - PER_CERTIFICATE + 1);
        for (int k = 0; k <= i; k++)
            assert_int_equal(read(theirs[k], &byte, 1), k <= i - PER_CERTIFICATE ? 0 : -1);
        nanosleep(&tick, NULL);
    }
    assert_int_equal(http_clients_end(clients, is_any, NULL), PER_CERTIFICATE);
    assert_int_equal(http_clients_end(clients, is_any, NULL), 0);
    for (int i = 0; i < PLACES; i++) {
        http_clients_leave(clients, &places[(i + 2) % PLACES]);
        close(ours[i]);
        close(theirs[i]);
    }
    http_clients_free(clients);
    http_clients_free(NULL);
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
        cmocka_unit_test(clients_are_ended_and_no_others),
        cmocka_unit_test(all_connections_of_a_certificate_are_ended),
        cmocka_unit_test(a_certificate_has_so_many_connections),
        cmocka_unit_test(who_was_ended_counts_no_more),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
