// The cache of TLS sessions, with real handshakes: as many resume as there is place for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_sessions.h"

// Keys shared in advance, as these handshakes are cheap.
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK"
#define FLEET 600

static const gnutls_datum_t secret = {(unsigned char *)"0123456789abcdef", 16};

static int find_secret(gnutls_session_t session, const char *user, gnutls_datum_t *key)
{
    (void)session;
    (void)user;
    key->data = gnutls_malloc(secret.size);
    memcpy(key->data, secret.data, secret.size);
    key->size = secret.size;
    return 0;
}

struct fixture {
    struct http_sessions *sessions;
    gnutls_psk_server_credentials_t server;
    gnutls_psk_client_credentials_t client;
};

static int set_up(void **state)
{
    static struct fixture f;

    assert_int_equal(http_sessions_new(&f.sessions), 0);
    assert_int_equal(gnutls_psk_allocate_server_credentials(&f.server), 0);
    assert_int_equal(gnutls_psk_allocate_client_credentials(&f.client), 0);
    gnutls_psk_set_server_credentials_function(f.server, find_secret);
    assert_int_equal(
        gnutls_psk_set_client_credentials(f.client, "device", &secret, GNUTLS_PSK_KEY_RAW), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    http_sessions_free(f->sessions);
    gnutls_psk_free_server_credentials(f->server);
    gnutls_psk_free_client_credentials(f->client);
    return 0;
}

static gnutls_session_t begin(
    unsigned flags, gnutls_credentials_type_t type, void *credentials, int fd)
{
    gnutls_session_t session;

    assert_int_equal(gnutls_init(&session, flags | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS), 0);
    assert_int_equal(gnutls_priority_set_direct(session, PRIORITIES, NULL), 0);
    assert_int_equal(gnutls_credentials_set(session, type, credentials), 0);
    gnutls_transport_set_int(session, fd);
    return session;
}

static void shake_hands(gnutls_session_t client, gnutls_session_t server)
{
    int a = GNUTLS_E_AGAIN, b = GNUTLS_E_AGAIN;

    while (a != 0 || b != 0) {
        if (a != 0)
            a = gnutls_handshake(client);
        if (b != 0)
            b = gnutls_handshake(server);
        assert_true(a == 0 || a == GNUTLS_E_AGAIN);
        assert_true(b == 0 || b == GNUTLS_E_AGAIN);
    }
}

// One connection that offers the session in *kept, if there is one, and keeps its own there.
// Whether it was resumed.
static bool connect_as(struct fixture *f, uint64_t who, gnutls_datum_t *kept)
{
    struct http_sessions_user user = {f->sessions, who};
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);

    gnutls_session_t client = begin(GNUTLS_CLIENT, GNUTLS_CRD_PSK, f->client, fds[0]);
    gnutls_session_t server = begin(GNUTLS_SERVER, GNUTLS_CRD_PSK, f->server, fds[1]);

    http_sessions_attach(&user, server);
    if (kept->data != NULL)
        assert_int_equal(gnutls_session_set_data(client, kept->data, kept->size), 0);
    shake_hands(client, server);

    bool resumed = gnutls_session_is_resumed(server) != 0;

    assert_int_equal(gnutls_session_is_resumed(client) != 0, resumed);
    gnutls_free(kept->data);
    assert_int_equal(gnutls_session_get_data2(client, kept), 0);
    gnutls_deinit(client);
    gnutls_deinit(server);
    close(fds[0]);
    close(fds[1]);
    return resumed;
}

static void test_a_fleet_resumes(void **state)
{
    static gnutls_datum_t kept[FLEET];

    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < FLEET; i++)
            assert_int_equal(connect_as(*state, i, &kept[i]), round > 0);
    }
    for (size_t i = 0; i < FLEET; i++)
        gnutls_free(kept[i].data);
}

// A client that makes ever new sessions pushes out its own alone.
static void test_one_client_costs_no_other(void **state)
{
    gnutls_datum_t other = {0}, mine[HTTP_SESSIONS_PER_CLIENT + 1] = {{0}};
    struct fixture *f = *state;
    size_t count, bytes;

    assert_false(connect_as(f, 1, &other));
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i <= HTTP_SESSIONS_PER_CLIENT; i++) {
            gnutls_free(mine[i].data);
            mine[i] = (gnutls_datum_t){0};
            assert_false(connect_as(f, 2, &mine[i]));
        }
    }
    http_sessions_count(f->sessions, &count, &bytes);
    assert_int_equal(count, HTTP_SESSIONS_PER_CLIENT + 1);
    assert_false(connect_as(f, 2, &mine[0])); // its oldest gave way
    assert_true(connect_as(f, 2, &mine[2]));
    assert_true(connect_as(f, 1, &other));
    gnutls_free(other.data);
    for (size_t i = 0; i <= HTTP_SESSIONS_PER_CLIENT; i++)
        gnutls_free(mine[i].data);
}

// What GnuTLS does with a session of so many bytes that a client has.
static int store(struct fixture *f, uint64_t client, uint32_t number, size_t size)
{
    static uint8_t bytes[HTTP_SESSIONS_SIZE_MAX + 1];
    struct http_sessions_user user = {f->sessions, client};
    gnutls_datum_t id = {(unsigned char *)&number, sizeof number};
    gnutls_datum_t data = {bytes, (unsigned)size};

    return http_sessions_store(&user, id, data);
}

// However many clients there are, and however long their certificates.
static void test_bytes_are_bounded(void **state)
{
    static const size_t sizes[] = {HTTP_SESSIONS_SIZE_MAX, 2000, 1, 700};
    struct fixture *f = *state;
    gnutls_datum_t kept = {0};
    uint32_t number = 0;
    size_t count, bytes;

    assert_false(connect_as(f, 1, &kept));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t n = 0; n < 2 * HTTP_SESSIONS_BYTES / (sizes[i] + 100); n++) {
            number++;
            assert_int_equal(store(f, 1000 + number, number, sizes[i]), 0);
        }
        http_sessions_count(f->sessions, &count, &bytes);
        assert_in_range(
            bytes, HTTP_SESSIONS_BYTES - HTTP_SESSIONS_SIZE_MAX - 200, HTTP_SESSIONS_BYTES);
        assert_in_range(
            count, HTTP_SESSIONS_BYTES / (sizes[i] + 200), HTTP_SESSIONS_BYTES / sizes[i]);
    }
    assert_false(connect_as(f, 1, &kept)); // the oldest gave way
    assert_true(connect_as(f, 1, &kept));
    assert_true(store(f, 1, number + 1, HTTP_SESSIONS_SIZE_MAX + 1) < 0);
    gnutls_free(kept.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_fleet_resumes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_client_costs_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bytes_are_bounded, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
