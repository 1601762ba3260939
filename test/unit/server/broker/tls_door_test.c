// Tests of what the door tells of TLS connections, in each way in which records are made.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "server/base/clock.h"
#include "server/broker/tls_door.h"
#include "server/pki/foreign_x509.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb000001"

static char *folder;
static struct pki_folder_pair ca, server, device;

// What the door has said.
static int who; // stands for a meter
static bool is_let_in;
static size_t begun;
static size_t records;
static size_t bytes;
static size_t bytes_max; // then it is enough

static void *begin(const uint8_t *der, size_t n, void *ctx)
{
    assert_ptr_equal(ctx, &who);
    assert_true(n > 100 && der[0] == 0x30);
    begun++;
    return is_let_in ? &who : NULL;
}

static bool take(void *whose, size_t n, void *ctx)
{
    assert_ptr_equal(ctx, &who);
    assert_ptr_equal(whose, &who);
    records++;
    bytes += n;
    return bytes <= bytes_max;
}

static bool has_no_memory;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
ERR_CHECKED int __real_foreign_x509_to_der(void *x509, uint8_t **der, size_t *n);
ERR_CHECKED int __wrap_foreign_x509_to_der(void *x509, uint8_t **der, size_t *n);

int __wrap_foreign_x509_to_der(void *x509, uint8_t **der, size_t *n)
{
    if (!has_no_memory)
        return __real_foreign_x509_to_der(x509, der, n);
    foreign_x509_free(x509);
    return ERR_NO_MEMORY;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static const struct tls_door_calls calls = {begin, take};

static int set_up(void **state)
{
    struct pki_folder_order order = {.days = 10, .now_ms = clock_system_ms()};
    struct issuer_order certificate = {
        .profile = PROFILE_SERVER, .common_name = "localhost", .days = 10, .now_ms = order.now_ms};
    struct issuer *issuer;

    (void)state;
    assert_int_equal(scratch_make((void **)&folder), 0);
    order.folder = folder;
    order.force = true;
    assert_int_equal(pki_folder_init(&order, "door", &ca, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &certificate, &server, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &device, NULL), 0);
    issuer_free(issuer);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return scratch_remove((void **)&folder);
}

struct ways {
    SSL_CTX *contexts[2]; // the server's first
    SSL *ends[2];
    SSL_SESSION *session; // to be resumed, or NULL
};

static SSL_CTX *context(const struct pki_folder_pair *pair, int version, const char *ciphers)
{
    SSL_CTX *made = SSL_CTX_new(TLS_method());

    assert_non_null(made);
    assert_int_equal(SSL_CTX_set_min_proto_version(made, version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(made, version), 1);
    assert_true(ciphers == NULL || SSL_CTX_set_cipher_list(made, ciphers) == 1);
    assert_int_equal(SSL_CTX_use_certificate_file(made, pair->public_path, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(made, pair->key_path, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_load_verify_locations(made, ca.public_path, NULL), 1);
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_id_context(made, (const unsigned char *)"door", 4);
    return made;
}

static void shake_hands(struct ways *ways)
{
    BIO *bios[2];

    assert_int_equal(BIO_new_bio_pair(&bios[0], 1 << 17, &bios[1], 1 << 17), 1);
    for (int i = 0; i < 2; i++) {
        ways->ends[i] = SSL_new(ways->contexts[i]);
        SSL_set_bio(ways->ends[i], bios[i], bios[i]);
    }
    SSL_set_accept_state(ways->ends[0]);
    SSL_set_connect_state(ways->ends[1]);
    if (ways->session != NULL)
        SSL_set_session(ways->ends[1], ways->session);
    for (int i = 0; i < 20; i++)
        SSL_do_handshake(ways->ends[i % 2]);
    assert_true(SSL_is_init_finished(ways->ends[0]) && SSL_is_init_finished(ways->ends[1]));
}

static void hang_up(struct ways *ways)
{
    SSL_free(ways->ends[0]);
    SSL_free(ways->ends[1]);
}

// The client alone sends; a resumed session of TLS 1.3 is had by reading.
static void start(struct ways *ways, int version, const char *ciphers)
{
    *ways = (struct ways){0};
    is_let_in = true;
    bytes_max = SIZE_MAX;
    begun = records = bytes = 0;
    tls_door_close(); // of the client's own connection it says nothing
    assert_int_equal(tls_door_open(&calls, &who, NULL), 0);
    ways->contexts[0] = context(&server, version, ciphers);
    ways->contexts[1] = context(&device, version, ciphers);
    SSL_CTX_set_info_callback(ways->contexts[1], NULL);
    shake_hands(ways);
}

static void stop(struct ways *ways)
{
    hang_up(ways);
    SSL_SESSION_free(ways->session);
    SSL_CTX_free(ways->contexts[0]);
    SSL_CTX_free(ways->contexts[1]);
}

// One write of n bytes, read to the end.
static int send_bytes(struct ways *ways, size_t n)
{
    static char data[65536];
    size_t got = 0;
    int rc = 1;

    assert_int_equal(SSL_write(ways->ends[1], data, (int)n), n);
    while (got < n && rc > 0) {
        rc = SSL_read(ways->ends[0], data, sizeof data);
        got += rc > 0 ? (size_t)rc : 0;
    }
    return rc;
}

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
