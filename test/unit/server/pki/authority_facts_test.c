// What a client's certificate says beside its name: serial number, organizational unit, purposes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/pki/authority.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000) // 2026-01-01
#define DAY_S 86400
#define HEX_20 "7fffffffffffffffffffffffffffffffffffffff"
#define HEX_20_HIGH "ffffffffffffffffffffffffffffffffffffffff"

struct world {
    char *folder;
    EVP_PKEY *key; // everybody's
    X509_NAME *ca_name;
    struct authority *authority;
};

// A certificate to be made.
struct form {
    const char *serial;   // hex; "-" first: negative. NULL: 1
    const char *units[2]; // NULL: none
    const char *extended; // extendedKeyUsage; NULL: none
};

static void sign(const struct world *world, X509 *x509, const char *serial)
{
    BIGNUM *number = NULL;

    assert_true(BN_hex2bn(&number, serial) > 0);
    assert_non_null(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)));
    BN_free(number);
    assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
    assert_int_equal(X509_set_issuer_name(x509, world->ca_name), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x509), NOW_MS / 1000 - DAY_S));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), NOW_MS / 1000 + DAY_S));
    assert_int_equal(X509_set_pubkey(x509, world->key), 1);
    assert_true(X509_sign(x509, world->key, EVP_sha256()) > 0);
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void add_name(X509_NAME *name, const char *kind, const char *value)
{
    assert_int_equal(X509_NAME_add_entry_by_txt(
                         name, kind, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0),
        1);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char path[SCRATCH_PATH_SIZE];

    assert_int_equal(scratch_make((void **)&world->folder), 0);
    world->key = EVP_EC_gen("P-256");
    world->ca_name = X509_NAME_new();
    add_name(world->ca_name, "CN", "test CA");

    X509 *ca = X509_new();

    assert_int_equal(X509_set_subject_name(ca, world->ca_name), 1);
    add_extension(ca, NID_basic_constraints, "CA:TRUE");
    sign(world, ca, "01");
    scratch_path(world->folder, "ca.crt", path);

    FILE *file = fopen(path, "w");

    assert_int_equal(PEM_write_X509(file, ca), 1);
    fclose(file);
    X509_free(ca);
    assert_int_equal(authority_load(path, &world->authority, NULL), 0);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    authority_free(world->authority);
    X509_NAME_free(world->ca_name);
    EVP_PKEY_free(world->key);
    assert_int_equal(scratch_remove((void **)&world->folder), 0);
    free(world);
    return 0;
}

static int judge(const struct world *world, const struct form *form, struct certificate_facts *out,
    struct err *err)
{
    X509 *x509 = X509_new();
    uint8_t *der = NULL;

    add_name(X509_get_subject_name(x509), "CN", "someone");
    for (size_t i = 0; i < 2 && form->units[i] != NULL; i++)
        add_name(X509_get_subject_name(x509), "OU", form->units[i]);
    if (form->extended != NULL)
        add_extension(x509, NID_ext_key_usage, form->extended);
    sign(world, x509, form->serial != NULL ? form->serial : "01");

    int n = i2d_X509(x509, &der);
    int rc = authority_judge_client(world->authority, der, (size_t)n, NOW_MS, out, err);

    OPENSSL_free(der);
    X509_free(x509);
    return rc;
}

static void test_serials(void **state)
{
    static const struct {
        const char *number;
        const char *serial; // NULL: refused
    } rows[] = {
        {"00", "00"},
        {"01", "01"},
        {"0FE", "fe"}, // begins with a zero byte in DER
        {"3A0F91", "3a0f91"},
        {HEX_20, HEX_20},
        {HEX_20_HIGH, HEX_20_HIGH},
        {"01" HEX_20, NULL},
        {"-01", NULL},
        {"-3A0F91", NULL},
        {"-" HEX_20, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct form form = {.serial = rows[i].number};
        struct certificate_facts facts;
        struct err err = {0};
        int rc = judge(*state, &form, &facts, &err);

        if (rc != (rows[i].serial != NULL ? 0 : ERR_INVALID))
            fail_msg("%s: %d, %s", rows[i].number, rc, err.message);
        if (rows[i].serial != NULL)
            assert_string_equal(facts.serial, rows[i].serial);
        else
            assert_non_null(strstr(err.message, "serial number is negative or has more than 20"));
    }
}

#define LETTERS_64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

static void test_units(void **state)
{
    static const struct {
        const char *units[2];
        const char *unit;
    } rows[] = {
        {{NULL}, ""},
        {{"monitor"}, "monitor"},
        {{LETTERS_64}, LETTERS_64},
        {{"monitor", "homeassistant"}, ""}, // which of them?
        {{"monitor", "monitor"}, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct form form = {.units = {rows[i].units[0], rows[i].units[1]}};
        struct certificate_facts facts;

        memset(&facts, 'x', sizeof facts);
        assert_int_equal(judge(*state, &form, &facts, NULL), 0);
        assert_string_equal(facts.unit, rows[i].unit);
    }
}

static void test_who_may_be_a_server(void **state)
{
    static const struct {
        const char *extended;
        bool is_server;
    } rows[] = {
        {NULL, true}, // RFC 5280, 4.2.1.12: no extension forbids nothing
        {"clientAuth", false},
        {"clientAuth, serverAuth", true},
        {"serverAuth, clientAuth", true},
        {"clientAuth, codeSigning", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct form form = {.extended = rows[i].extended};
        struct certificate_facts facts;

        assert_int_equal(judge(*state, &form, &facts, NULL), 0);
        assert_int_equal(facts.is_server, rows[i].is_server);
    }
}

// Known by who signed it alone: also one that is for nothing we do, or has ended.
static void test_vouches(void **state)
{
    struct world *world = *state;
    EVP_PKEY *other = EVP_EC_gen("P-256");

    for (int i = 0; i < 3; i++) {
        X509 *x509 = X509_new();
        struct certificate *certificate;
        struct err err = {0};
        uint8_t *der = NULL;

        add_name(X509_get_subject_name(x509), "CN", "someone");
        add_extension(x509, NID_ext_key_usage, "codeSigning");
        sign(world, x509, "01");
        assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), 86400)); // 1970
        assert_true(X509_sign(x509, i == 1 ? other : world->key, EVP_sha256()) > 0);
        if (i == 2) { // by somebody of another name
            assert_int_equal(X509_set_issuer_name(x509, X509_get_subject_name(x509)), 1);
            assert_true(X509_sign(x509, other, EVP_sha256()) > 0);
        }

        int n = i2d_X509(x509, &der);

        assert_int_equal(certificate_from_der(der, (size_t)n, &certificate, NULL), 0);

        int rc = authority_vouches(world->authority, certificate, &err);

        if (rc != (i == 0 ? 0 : ERR_UNTRUSTED))
            fail_msg("%d: %d %s", i, rc, err.message);
        certificate_free(certificate);
        OPENSSL_free(der);
        X509_free(x509);
    }
    EVP_PKEY_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_serials),
        TEST(test_units),
        TEST(test_who_may_be_a_server),
        TEST(test_vouches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
