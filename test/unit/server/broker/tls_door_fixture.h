#ifndef TEST_SERVER_BROKER_TLS_DOOR_FIXTURE_H
#define TEST_SERVER_BROKER_TLS_DOOR_FIXTURE_H

// A server and a client of TLS, and what the door says of them. In a header, since each test
// program is one file.

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

static inline void *begin(const uint8_t *der, size_t n, void *ctx)
{
    assert_ptr_equal(ctx, &who);
    assert_true(n > 100 && der[0] == 0x30);
    begun++;
    return is_let_in ? &who : NULL;
}

static inline bool take(void *whose, size_t n, void *ctx)
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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
    (void)state;
    return scratch_remove((void **)&folder);
}

struct ways {
    SSL_CTX *contexts[2]; // the server's first
    SSL *ends[2];
    SSL_SESSION *session; // to be resumed, or NULL
};

static inline SSL_CTX *context(const struct pki_folder_pair *pair, int version, const char *ciphers)
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

static inline void shake_hands(struct ways *ways)
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

static inline void hang_up(struct ways *ways)
{
    SSL_free(ways->ends[0]);
    SSL_free(ways->ends[1]);
}

// The client alone sends; a resumed session of TLS 1.3 is had by reading.
static inline void start(struct ways *ways, int version, const char *ciphers)
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

static inline void stop(struct ways *ways)
{
    hang_up(ways);
    SSL_SESSION_free(ways->session);
    SSL_CTX_free(ways->contexts[0]);
    SSL_CTX_free(ways->contexts[1]);
}

// One write of n bytes, read to the end.
static inline int send_bytes(struct ways *ways, size_t n)
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

#endif
