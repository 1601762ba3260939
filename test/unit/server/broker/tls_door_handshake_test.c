// Tests of what the door lets come before it knows a certificate.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "test/unit/server/broker/tls_door_fixture.h"

// Who makes a handshake last is ended long before OpenSSL would end him: one with records of a
// byte.
static void test_long_handshake(void **state)
{
    // of a ClientHello (RFC 8446, 4) of 131,000 bytes
    static const uint8_t beginning[] = {1, 1, 0xff, 0xb8, 3, 3};
    struct ways ways;
    BIO *bios[2];
    int sent = 0;
    int error = SSL_ERROR_WANT_READ;

    (void)state;
    start(&ways, TLS1_2_VERSION, NULL);
    hang_up(&ways);
    begun = 0;
    assert_int_equal(BIO_new_bio_pair(&bios[0], 1 << 12, &bios[1], 1 << 12), 1);
    ways.ends[0] = SSL_new(ways.contexts[0]);
    ways.ends[1] = NULL;
    SSL_set_bio(ways.ends[0], bios[0], bios[0]);
    SSL_set_accept_state(ways.ends[0]);
    for (; error == SSL_ERROR_WANT_READ && sent < 1000; sent++) {
        uint8_t record[] = {22, 3, 1, 0, 1, sent < 6 ? beginning[sent] : 0};

        assert_int_equal(BIO_write(bios[1], record, sizeof record), sizeof record);
        error = SSL_get_error(ways.ends[0], SSL_do_handshake(ways.ends[0]));
    }
    assert_int_equal(sent, 65536 / (256 + 1) + 1);
    assert_int_equal(SSL_get_shutdown(ways.ends[0]), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    assert_int_equal(begun, 0);
    BIO_free(bios[1]);
    stop(&ways);
}

// A device that has little memory, and shows a long chain.
static void test_small_records(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct ways ways;

        start(&ways, versions[i], NULL);
        hang_up(&ways);
        for (int k = 0; k < 12; k++)
            assert_int_equal(SSL_CTX_add1_chain_cert(
                                 ways.contexts[1], SSL_CTX_get0_certificate(ways.contexts[1])),
                1);
        SSL_CTX_set_max_send_fragment(ways.contexts[1], 512);
        begun = 0;
        shake_hands(&ways);
        assert_int_equal(begun, 1);
        for (int k = 0; k < 200; k++) // what comes then is counted otherwise
            assert_true(send_bytes(&ways, 512) > 0);
        stop(&ways);
    }
}

// A connection of our own, as a bridge's, is not bounded by what the other end shows.
static void test_own_connection(void **state)
{
    struct ways ways;

    (void)state;
    start(&ways, TLS1_2_VERSION, NULL);
    for (int k = 0; k < 10; k++) {
        static char data[16384];

        assert_int_equal(SSL_write(ways.ends[0], data, sizeof data), sizeof data);
        assert_int_equal(SSL_read(ways.ends[1], data, sizeof data), sizeof data);
    }
    stop(&ways);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_handshake),
        cmocka_unit_test(test_small_records),
        cmocka_unit_test(test_own_connection),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
