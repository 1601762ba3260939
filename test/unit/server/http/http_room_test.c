// Over TLS: whoever takes places and asks nothing makes room, of an address and of all.
#include <poll.h>

#include "test/unit/server/http/tls_fixture.h"

#define PER_ADDRESS 4
#define PLACES 8
#define PLACES_MAX 320
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

static struct tls_fixture fixture;

static void pause_ms(int ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    nanosleep(&pause, NULL);
}

// How far a client goes that holds a place, and asks nothing.
enum kind { NOTHING, HALF_HELLO, HELLO, HANDSHAKE, KINDS };

// As gnutls_pull_func: nothing has come so far.
static ssize_t receive_nothing(gnutls_transport_ptr_t ptr, void *buffer, size_t size)
{
    (void)ptr;
    (void)buffer;
    (void)size;
    errno = EAGAIN;
    return -1;
}

static ssize_t receive(gnutls_transport_ptr_t ptr, void *buffer, size_t size)
{
    return recv((int)(intptr_t)ptr, buffer, size, 0);
}

static struct tls_fixture_client hold(uint16_t port, enum kind kind)
{
    struct pollfd answer = {.events = POLLIN};
    struct tls_fixture_client client;

    if (kind == HANDSHAKE) {
        assert_int_equal(
            tls_fixture_open(&client, port, fixture.credentials[0], TLS_FIXTURE_1_2, NULL), 0);
        return client;
    }
    client.fd = tls_fixture_connect(port);
    assert_int_equal(gnutls_init(&client.session, GNUTLS_CLIENT), 0);
    assert_int_equal(gnutls_priority_set_direct(client.session, TLS_FIXTURE_1_2, NULL), 0);
    assert_int_equal(
        gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE, fixture.credentials[0]), 0);
    gnutls_transport_set_int(client.session, client.fd);
    if (kind == HALF_HELLO)
        assert_int_equal(send(client.fd, "\x16\x03\x01\x00\xc8\x01", 6, MSG_NOSIGNAL), 6);
    if (kind == HELLO) {
        gnutls_transport_set_pull_function(client.session, receive_nothing);
        assert_int_equal(gnutls_handshake(client.session), GNUTLS_E_AGAIN);
        gnutls_transport_set_pull_function(client.session, receive);
        answer.fd = client.fd; // so that each is heard before the next
        assert_int_equal(poll(&answer, 1, TLS_FIXTURE_WAIT_MS), 1);
    }
    return client;
}

// Whether a client's connection was ended, once what the server said of its handshake is read.
static bool has_ended(const struct tls_fixture_client *client)
{
    char bytes[4096];
    ssize_t n;

    do
        n = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    while (n > 0);
    return n == 0 || errno != EAGAIN;
}

static void wait_ended(const struct tls_fixture_client *client)
{
    int64_t until = clock_monotonic_ms() + TLS_FIXTURE_WAIT_MS;

    while (!has_ended(client)) {
        assert_true(clock_monotonic_ms() < until);
        pause_ms(5);
    }
}

static void wait_open(struct http_server *server, uint64_t count)
{
    int64_t until = clock_monotonic_ms() + TLS_FIXTURE_WAIT_MS;

    while (tls_fixture_counters(server).open != count && clock_monotonic_ms() < until)
        pause_ms(5);
    assert_int_equal(tls_fixture_counters(server).open, count);
}

static struct tls_fixture_client served(uint16_t port, const char *ask)
{
    struct tls_fixture_client client;

    assert_int_equal(
        tls_fixture_open(&client, port, fixture.credentials[1], TLS_FIXTURE_1_2, NULL), 0);
    tls_fixture_send(&client, ask);
    assert_int_equal(tls_fixture_read(&client, BYTES), BYTES);
    return client;
}

static struct http_server *start(struct http_server_settings *settings, unsigned per_address)
{
    *settings = (struct http_server_settings){.routes = routes,
        .threads = 2,
        .max_connections = 64,
        .max_connections_per_address = per_address,
        .timeout_s = 300,
        .handshake_timeout_s = 60};
    return tls_fixture_start(&fixture, settings);
}

// Whatever those are at that hold all places of an address, others of it get in.
static void others_of_an_address_get_in(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings, PER_ADDRESS);
    uint64_t left = 0;

    (void)state;
    for (enum kind kind = NOTHING; kind < KINDS; kind++) {
        // Of those that have begun their handshakes the older half stays.
        int leaves = kind < HELLO ? 0 : PER_ADDRESS / 2;
        struct tls_fixture_client holds[PER_ADDRESS];

        for (int i = 0; i < PER_ADDRESS; i++) {
            holds[i] = hold(settings.port, kind);
            wait_open(server, (uint64_t)i + 1); // so that each is older than the next
        }
        for (int i = 0; i < 2 * PER_ADDRESS; i++) {
            struct tls_fixture_client client = served(settings.port, ASK);

            wait_ended(&holds[leaves]);
            assert_int_equal(tls_fixture_counters(server).refused_connections, 0);
            tls_fixture_close(&client);
            wait_open(server, PER_ADDRESS - 1);
        }
        assert_true(tls_fixture_counters(server).left > left);
        left = tls_fixture_counters(server).left;
        for (int i = 0; i < PER_ADDRESS; i++) {
            assert_int_equal(has_ended(&holds[i]), i == leaves);
            tls_fixture_close(&holds[i]);
        }
        wait_open(server, 0);
    }
    http_server_free(server, 1000);
}

// Whose handshake takes long, as a board's does, is not disturbed by who does not begin one.
static void who_is_in_a_handshake_stays(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings, PER_ADDRESS);
    struct tls_fixture_client slow = hold(settings.port, HELLO), holds[PER_ADDRESS];
    struct tls_fixture_client clients[PER_ADDRESS];
    int rc;

    (void)state;
    wait_open(server, 1);
    for (int i = 1; i < PER_ADDRESS; i++) {
        holds[i] = hold(settings.port, i % 2 == 0 ? HALF_HELLO : NOTHING);
        wait_open(server, (uint64_t)i + 1);
    }
    pause_ms(300);
    for (int i = 1; i < PER_ADDRESS; i++) { // who comes now stays
        clients[i] = served(settings.port, ASK);
        wait_ended(&holds[i]);
        if (i + 1 < PER_ADDRESS)
            assert_false(has_ended(&holds[i + 1]));
    }
    while ((rc = gnutls_handshake(slow.session)) == GNUTLS_E_AGAIN)
        continue;
    assert_int_equal(rc, 0);
    tls_fixture_send(&slow, ASK);
    assert_int_equal(tls_fixture_read(&slow, BYTES), BYTES);
    tls_fixture_close(&slow);
    for (int i = 1; i < PER_ADDRESS; i++) {
        tls_fixture_close(&holds[i]);
        tls_fixture_close(&clients[i]);
    }
    http_server_free(server, 1000);
}

// Nor does anybody take the place of who is at work, or was a moment ago.
static void who_is_at_work_stays(void **state)
{
    struct http_server_settings settings;
    struct http_server *server = start(&settings, 2);
    struct tls_fixture_client download = served(settings.port, ASK_LARGE);
    struct tls_fixture_client idle = served(settings.port, ASK), late;

    (void)state;
    assert_int_not_equal(
        tls_fixture_open(&late, settings.port, fixture.credentials[1], TLS_FIXTURE_1_2, NULL), 0);
    assert_int_equal(tls_fixture_counters(server).refused_connections, 1);
    assert_int_equal(tls_fixture_counters(server).left, 0);
    assert_int_equal(tls_fixture_read(&download, LARGE_BYTES - BYTES), LARGE_BYTES - BYTES);
    tls_fixture_send(&idle, ASK);
    assert_int_equal(tls_fixture_read(&idle, BYTES), BYTES);
    tls_fixture_close(&late);
    tls_fixture_close(&idle);
    tls_fixture_close(&download);
    http_server_free(server, 1000);
}

// When all places are taken, as many that say nothing leave at once as the server is large.
static void as_many_leave_as_the_server_is_large(void **state)
{
    static const unsigned rows[][2] = {{16, 1}, {64, 2}, {PLACES_MAX, 6}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_server_settings settings = {.routes = routes,
            .threads = 2,
            .max_connections = rows[i][0],
            .timeout_s = 300,
            .handshake_timeout_s = 60};
        struct http_server *server = tls_fixture_start(&fixture, &settings);
        int holds[PLACES_MAX];
        struct tls_fixture_client client;
        uint64_t left;

        for (unsigned k = 0; k < rows[i][0]; k++)
            holds[k] = tls_fixture_connect(settings.port);
        wait_open(server, rows[i][0]);
        pause_ms(150);
        client = served(settings.port, ASK);
        left = tls_fixture_counters(server).left;
        // Once, or again where the first are not closed when it is looked again.
        if (left == 0 || left % rows[i][1] != 0 || left > rows[i][0] / 2)
            fail_msg("of %u places %u are made free", rows[i][0], (unsigned)left);
        tls_fixture_close(&client);
        for (unsigned k = 0; k < rows[i][0]; k++)
            close(holds[k]);
        http_server_free(server, 1000);
    }
}

#define HALF_MS 4000
#define PAUSE_MS 20

// Where all places are taken by who is in his handshake, the newer half makes room at once, and the
// older after half of the time that it has.
static void handshakes_make_room(void **state)
{
    struct http_server_settings settings = {.routes = routes,
        .threads = 2,
        .max_connections = PLACES,
        .timeout_s = 300,
        .handshake_timeout_s = 2 * HALF_MS / 1000};
    struct http_server *server = tls_fixture_start(&fixture, &settings);
    struct tls_fixture_client holds[PLACES], clients[PLACES];
    int64_t began = clock_monotonic_ms(), full;

    (void)state;
    for (int i = 0; i < PLACES; i++) {
        holds[i] = hold(settings.port, HELLO);
        wait_open(server, (uint64_t)i + 1);
    }
    full = clock_monotonic_ms();
    for (int i = 0; i < PLACES / 2; i++)
        clients[i] = served(settings.port, ASK);
    // Not without a pause, or a crowd would push itself out.
    assert_in_range(clock_monotonic_ms() - full, PLACES / 2 * PAUSE_MS, HALF_MS);
    for (int i = 0; i < PLACES; i++)
        assert_int_equal(has_ended(&holds[i]), i >= PLACES / 2);
    for (int i = PLACES / 2; i < PLACES; i++)
        clients[i] = served(settings.port, ASK);
    assert_true(clock_monotonic_ms() - began >= HALF_MS);
    assert_int_equal(tls_fixture_counters(server).timed_out, 0);
    assert_true(tls_fixture_counters(server).left >= PLACES);
    for (int i = 0; i < PLACES; i++) {
        tls_fixture_close(&holds[i]);
        tls_fixture_close(&clients[i]);
    }
    http_server_free(server, 1000);
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
        cmocka_unit_test(others_of_an_address_get_in),
        cmocka_unit_test(who_is_in_a_handshake_stays),
        cmocka_unit_test(who_is_at_work_stays),
        cmocka_unit_test(as_many_leave_as_the_server_is_large),
        cmocka_unit_test(handshakes_make_room),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
