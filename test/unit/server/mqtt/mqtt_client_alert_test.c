// What a client says of a broker that breaks the handshake off.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include <openssl/ssl.h>

#include "test/unit/server/mqtt/mqtt_client_fixture.h"

#define HOLD_MS (PATIENCE_S * 1000)

static pthread_t tester;
static atomic_bool is_armed, has_written, is_held, is_let_go;

static bool is_watched(void)
{
    return is_armed && !pthread_equal(pthread_self(), tester);
}

// In place of the C library's: OpenSSL's sockets call these. The client is held once it has written
// its certificate and found nothing to read, so that it meets what came meanwhile with the reset.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): theirs are reserved
ssize_t write(int fd, const void *p, size_t n)
{
    ssize_t rc = syscall(SYS_write, fd, p, n);

    if (is_watched())
        has_written = true;
    return rc;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): theirs are reserved
ssize_t read(int fd, void *p, size_t n)
{
    ssize_t rc = syscall(SYS_read, fd, p, n);

    if (rc >= 0 || errno != EAGAIN || !is_watched() || !has_written)
        return rc;
    is_held = true;
    for (int i = 0; i < HOLD_MS && !is_let_go; i++)
        usleep(1000);
    errno = EAGAIN;
    return rc;
}

// As a broker that speaks TLS 1.2 does until it sees the client's certificate.
static void shake_hands_halfway(const struct fixture *f, int peer, bool is_holding)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL *ssl = NULL;
    char path[SCRATCH_PATH_SIZE];
    uint8_t hello[4096];
    ssize_t n;

    scratch_path(f->folder, "server.crt", path);
    assert_int_equal(SSL_CTX_use_certificate_file(ctx, path, SSL_FILETYPE_PEM), 1);
    scratch_path(f->folder, "server.key", path);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION), 1);
    ssl = SSL_new(ctx);
    n = recv(peer, hello, sizeof hello, 0);
    assert_true(n > 0);
    SSL_set_bio(ssl, BIO_new_mem_buf(hello, (int)n), BIO_new_socket(peer, BIO_NOCLOSE));
    is_armed = is_holding;
    BIO_set_mem_eof_return(SSL_get_rbio(ssl), -1);
    assert_int_equal(SSL_get_error(ssl, SSL_accept(ssl)), SSL_ERROR_WANT_READ);
    assert_int_equal(recv(peer, hello, 1, 0), 1); // of the certificate
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

// What may have been the alert of a broker that refuses the client's certificate.
static void test_reset_after_the_brokers_hello(void **state)
{
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    int fd = fixture_listen(&settings.port);
    struct mqtt_client *client = fixture_start(f, &settings);
    int peer = accept(fd, NULL, NULL);

    shake_hands_halfway(f, peer, false);
    fixture_reset(peer);
    fixture_wait_for_reason(f, "before the broker answered: the broker's log says why");
    mqtt_client_free(client);
    close(fd);
}

// The alert lies there when the client sees that the connection is reset.
static void test_alert_before_a_reset(void **state)
{
    static const uint8_t unknown_ca[] = {21, 3, 3, 0, 2, 2, 48};
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    int fd = fixture_listen(&settings.port);
    struct mqtt_client *client = fixture_start(f, &settings);
    int peer = accept(fd, NULL, NULL);

    shake_hands_halfway(f, peer, true);
    for (int i = 0; i < HOLD_MS && !is_held; i++)
        usleep(1000);
    assert_true(is_held);
    assert_int_equal(send(peer, unknown_ca, sizeof unknown_ca, 0), sizeof unknown_ca);
    fixture_reset(peer);
    is_armed = false;
    is_let_go = true;
    fixture_wait_for_reason(f, "ends the handshake with alert 48");
    mqtt_client_free(client);
    close(fd);
}

static int set_up_group(void **state)
{
    tester = pthread_self();
    return fixture_set_up_group(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_reset_after_the_brokers_hello, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            test_alert_before_a_reset, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, set_up_group, fixture_tear_down_group);
}
