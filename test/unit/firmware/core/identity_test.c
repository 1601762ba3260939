// Tests of the device's certificates and key.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/identity.h"
#include "test/unit/firmware/fake_server.h"

#define MAC "84f3eb012345"
#define PAST "20200101000000"
#define END "20990101000000"

struct fixture {
    struct fake_server server; // for its CA
    struct port_ops ops;
    struct identity identity; // a good one
    struct fake_certificate cert;
    char key[FAKE_PEM_SIZE];
    struct failure failure;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_server_init(&f->server, &f->ops);
    fake_identity(&f->server, MAC, &f->identity);
    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &f->cert.key);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    identity_clear(&f->identity);
    fake_certificate_clear(&f->cert);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

static int read_cert(struct fixture *f, const char *pem)
{
    return identity_read_cert(&f->identity, (const uint8_t *)pem, strlen(pem), MAC, &f->failure);
}

static int read_ca(struct fixture *f, const char *pem)
{
    return identity_read_ca(&f->identity, (const uint8_t *)pem, strlen(pem), &f->failure);
}

static int read_key(struct fixture *f, const char *pem)
{
    return identity_read_key(&f->identity, (const uint8_t *)pem, strlen(pem), &f->failure);
}

static int certify(struct fixture *f, const char *name)
{
    struct fake_subject subject = {name, NULL, NULL, PAST, END, false};

    fake_certify(&f->server.maker, &subject, &f->cert, &f->server.ca, "CN=CA");
    return read_cert(f, f->cert.pem);
}

static void test_common_name(void **state)
{
    static const struct {
        const char *name;
        int rc;
    } rows[] = {
        {"CN=" MAC, 0},
        {"O=us,CN=" MAC ",OU=lab", 0},
        {"emailAddress=a@b.example,CN=" MAC, 0}, // an OID of another length
        {"CN=84f3eb012346", -RESULT_FILE_INVALID},
        {"CN=84F3EB012345", -RESULT_FILE_INVALID},
        {"CN=" MAC "0", -RESULT_FILE_INVALID},
        {"CN=84f3eb01234", -RESULT_FILE_INVALID},
        {"O=" MAC, -RESULT_FILE_INVALID},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(certify(*state, rows[i].name), rows[i].rc);
}

// One common name must say it: with two, others could read the other one.
static void test_two_common_names(void **state)
{
    struct fixture *f = *state;
    uint8_t der[FAKE_PEM_SIZE];
    size_t n;
    uint8_t *organisation;

    assert_int_equal(certify(f, "CN=" MAC ",O=" MAC), 0);
    n = f->cert.crt.raw.len;
    memcpy(der, f->cert.crt.raw.p, n);
    der[n] = 0;
    assert_int_equal(identity_read_cert(&f->identity, der, n, MAC, &f->failure), 0);
    organisation = memmem(der, n, "\x55\x04\x0a", 3);
    assert_non_null(organisation);
    organisation[2] = 3; // id-at-commonName: the signature is not looked at yet
    assert_int_equal(
        identity_read_cert(&f->identity, der, n, MAC, &f->failure), -RESULT_FILE_INVALID);
    assert_non_null(strstr(f->failure.detail, "common name"));
}

static void test_chain(void **state)
{
    struct fixture *f = *state;
    struct fake_certificate other = {0};

    assert_int_equal(certify(f, "CN=" MAC), 0);
    assert_int_equal(identity_check_chain(&f->identity, true, &f->failure), 0);
    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &other.key);
    fake_certify_ca(&f->server, &other); // of the same name
    assert_int_equal(read_ca(f, other.pem), 0);
    assert_int_equal(identity_check_chain(&f->identity, false, &f->failure), -RESULT_FILE_INVALID);
    fake_certificate_clear(&other);
}

// Dates count only where the clock is set.
static void test_dates(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        const char *detail;
    } rows[] = {
        {PAST, "20210101000000", "has expired"},
        {"20980101000000", END, "is not yet valid"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake_subject subject = {"CN=" MAC, NULL, NULL, rows[i].from, rows[i].to, false};

        fake_certify(&f->server.maker, &subject, &f->cert, &f->server.ca, "CN=CA");
        assert_int_equal(read_cert(f, f->cert.pem), 0);
        assert_int_equal(identity_check_chain(&f->identity, false, &f->failure), 0);
        assert_int_equal(
            identity_check_chain(&f->identity, true, &f->failure), -RESULT_FILE_INVALID);
        assert_non_null(strstr(f->failure.detail, rows[i].detail));
    }
}

static void test_key_of_other_cert(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(identity_check_key(&f->identity, &f->failure), 0);
    assert_int_equal(
        mbedtls_pk_write_key_pem(&f->cert.key.pk, (uint8_t *)f->key, sizeof f->key), 0);
    assert_int_equal(read_key(f, f->key), 0);
    assert_int_equal(identity_check_key(&f->identity, &f->failure), -RESULT_FILE_INVALID);
    assert_int_equal(certify(f, "CN=" MAC), 0);
    assert_int_equal(identity_check_key(&f->identity, &f->failure), 0);
}

static void test_kinds_of_keys(void **state)
{
    struct fixture *f = *state;
    struct {
        mbedtls_ecp_group_id curve; // or none: RSA
        unsigned bits;
        int rc;
    } rows[] = {
        {MBEDTLS_ECP_DP_SECP384R1, 0, -RESULT_FILE_INVALID},
        {MBEDTLS_ECP_DP_SECP256K1, 0, -RESULT_FILE_INVALID},
        {MBEDTLS_ECP_DP_NONE, 1024, -RESULT_FILE_INVALID},
        {MBEDTLS_ECP_DP_NONE, 2048, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        made_key_clear(&f->cert.key);
        if (rows[i].bits > 0)
            make_rsa_key(&f->server.maker, rows[i].bits, &f->cert.key);
        else
            make_ec_key(&f->server.maker, rows[i].curve, &f->cert.key);
        assert_int_equal(
            mbedtls_pk_write_key_pem(&f->cert.key.pk, (uint8_t *)f->key, sizeof f->key), 0);
        assert_int_equal(read_key(f, f->key), rows[i].rc);
        assert_int_equal(certify(f, "CN=" MAC), rows[i].rc);
    }
}

static void test_bytes(void **state)
{
    static const char *const bad[] = {"", "x", "-----BEGIN CERTIFICATE-----\n"};
    struct fixture *f = *state;

    assert_int_equal(certify(f, "CN=" MAC), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_ca(f, bad[i]), -RESULT_FILE_INVALID);
        assert_int_equal(read_cert(f, bad[i]), -RESULT_FILE_INVALID);
        assert_int_equal(read_key(f, bad[i]), -RESULT_FILE_INVALID);
    }
    for (size_t n = 0; n < strlen(f->cert.pem) - 2; n += 13) { // cut off
        char cut[FAKE_PEM_SIZE] = "";

        memcpy(cut, f->cert.pem, n);
        assert_int_equal(read_cert(f, cut), -RESULT_FILE_INVALID);
    }
    assert_int_equal(read_cert(f, f->cert.pem), 0);
}

// All certificates of ca.crt must be CAs; a device's may be followed by others.
static void test_several(void **state)
{
    struct fixture *f = *state;
    char text[2 * FAKE_PEM_SIZE];

    assert_int_equal(certify(f, "CN=" MAC), 0);
    snprintf(text, sizeof text, "%s%s", f->server.ca.pem, f->cert.pem);
    assert_int_equal(read_ca(f, text), -RESULT_FILE_INVALID);
    snprintf(text, sizeof text, "%s%s", f->server.ca.pem, f->server.ca.pem);
    assert_int_equal(read_ca(f, text), 0);
    snprintf(text, sizeof text, "%s%s", f->cert.pem, f->server.ca.pem);
    assert_int_equal(read_cert(f, text), 0);
    snprintf(text, sizeof text, "%sgarbage", f->cert.pem);
    assert_int_equal(read_cert(f, text), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_common_name),
        TEST(test_two_common_names),
        TEST(test_chain),
        TEST(test_dates),
        TEST(test_key_of_other_cert),
        TEST(test_kinds_of_keys),
        TEST(test_bytes),
        TEST(test_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
