// Tests of what the door tells of TLS connections, in each way in which records are made.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "test/unit/server/broker/tls_door_fixture.h"

static const struct {
    int version;
    const char *ciphers;
    size_t fewer; // at most, of each record
} kinds[] = {
    {TLS1_3_VERSION, NULL, 0},
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", 0},
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES256-CCM", 0},
    {TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305", 0},
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA", 15},
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256", 15},
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA384", 15},
};

static void test_sizes(void **state)
{
    static const size_t sizes[] = {1, 2, 15, 16, 17, 31, 32, 100, 16384};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct ways ways;

        start(&ways, kinds[i].version, kinds[i].ciphers);
        assert_int_equal(begun, 1);
        assert_int_equal(records, 0); // the handshake's own
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            size_t least = sizes[k] > kinds[i].fewer ? sizes[k] - kinds[i].fewer : 1;

            records = bytes = 0;
            assert_true(send_bytes(&ways, sizes[k]) > 0);
            assert_int_equal(records, 1);
            if (bytes < least || bytes > sizes[k])
                fail_msg("kind %zu: %zu of %zu", i, bytes, sizes[k]);
        }
        records = bytes = 0;
        assert_true(send_bytes(&ways, 40000) > 0);
        assert_int_equal(records, 3);
        // what the server says is not the client's
        assert_int_equal(SSL_write(ways.ends[0], "answer", 6), 6);
        assert_int_equal(records, 3);
        stop(&ways);
    }
}

// Nothing of a record that is too much is read, nor anything after it.
static void test_end(void **state)
{
    char data[100];

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct ways ways;

        start(&ways, kinds[i].version, kinds[i].ciphers);
        bytes_max = 100;
        assert_true(send_bytes(&ways, 100) > 0);
        assert_int_equal(SSL_write(ways.ends[1], data, 100), 100);
        assert_int_equal(SSL_write(ways.ends[1], data, 100), 100);
        bytes = 100;
        for (int k = 0; k < 2; k++) {
            int rc = SSL_read(ways.ends[0], data, sizeof data);

            assert_int_equal(rc, 0);
            assert_int_equal(SSL_get_error(ways.ends[0], rc), SSL_ERROR_ZERO_RETURN);
        }
        stop(&ways);
    }
}

// A session that is resumed is looked at as a first one.
static void test_resumed(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct ways ways;
        char data[8];

        start(&ways, versions[i], NULL);
        assert_int_equal(SSL_write(ways.ends[0], "x", 1), 1);
        assert_int_equal(SSL_read(ways.ends[1], data, sizeof data), 1);
        ways.session = SSL_get1_session(ways.ends[1]);
        SSL_shutdown(ways.ends[1]);
        hang_up(&ways);
        records = bytes = 0;
        shake_hands(&ways);
        assert_true(SSL_session_reused(ways.ends[0]));
        assert_int_equal(begun, 2);
        assert_true(send_bytes(&ways, 50) > 0);
        assert_int_equal(bytes, 50);
        stop(&ways);
    }
}

// New keys (RFC 8446, 4.6.3) are no new connection, and count as what they are.
static void test_new_keys(void **state)
{
    struct ways ways;

    (void)state;
    start(&ways, TLS1_3_VERSION, NULL);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(SSL_key_update(ways.ends[1], SSL_KEY_UPDATE_REQUESTED), 1);
        assert_true(send_bytes(&ways, 50) > 0);
        assert_int_equal(records, 2 * i);
        assert_int_equal(bytes, (50 + 5) * i);
    }
    assert_int_equal(begun, 1);
    stop(&ways);
}

static void test_turned_away(void **state)
{
    struct ways ways;

    (void)state;
    start(&ways, TLS1_3_VERSION, NULL);
    hang_up(&ways);
    is_let_in = false;
    shake_hands(&ways);
    assert_int_equal(send_bytes(&ways, 50), 0);
    assert_int_equal(records, 0);
    hang_up(&ways);
    // closed, it asks nobody
    is_let_in = true;
    shake_hands(&ways);
    tls_door_close();
    assert_true(send_bytes(&ways, 50) > 0);
    hang_up(&ways);
    begun = 0;
    shake_hands(&ways);
    assert_true(send_bytes(&ways, 50) > 0);
    assert_int_equal(begun + records, 0);
    stop(&ways);
}

// There is one in a process: a second one takes nothing from the first.
static void test_twice(void **state)
{
    static const struct tls_door_calls others = {NULL, NULL};
    struct ways ways;
    int nobody;

    (void)state;
    start(&ways, TLS1_3_VERSION, NULL);
    assert_int_equal(tls_door_open(&others, &nobody, NULL), ERR_CONFLICT);
    records = 0;
    assert_true(send_bytes(&ways, 50) > 0);
    assert_int_equal(records, 1);
    stop(&ways);
}

// Nobody is let in whom the door could not ask about.
static void test_no_memory(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct ways ways;

        start(&ways, versions[i], NULL);
        hang_up(&ways);
        begun = 0;
        has_no_memory = true;
        shake_hands(&ways);
        has_no_memory = false;
        assert_int_equal(begun, 0);
        assert_int_equal(send_bytes(&ways, 50), 0);
        assert_int_equal(records, 0);
        stop(&ways);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_new_keys),
        cmocka_unit_test(test_turned_away),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
