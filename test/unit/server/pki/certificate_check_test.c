// What peers refuse a certificate for, seen in the certificate alone.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/pki/certificate_check.h"
#include "test/unit/server/pki/request_fixture.h"

#define DAY_S 86400L

// How one comes about; all else is as in a good one.
struct form {
    long version;       // 0: 3
    EVP_PKEY *key;      // NULL: P-256
    const EVP_MD *hash; // NULL: SHA-256
    const char *basic;  // extensions; NULL: none
    const char *usage;
    const char *extended;
    const char *other;
    long from_s, until_s; // from now; both 0: a day each way
    bool nameless;        // no subject
};

static int64_t now_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

static EVP_PKEY *make_point(const char *curve)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);

    assert_non_null(key);
    return key;
}

// A P-256 key that is written otherwise.
static EVP_PKEY *make_written(const char *parameter, const char *value)
{
    EVP_PKEY *key = make_point("P-256");

    assert_int_equal(EVP_PKEY_set_utf8_string_param(key, parameter, value), 1);
    return key;
}

// The public half of an RSA key whose modulus is of use to nobody.
static EVP_PKEY *make_number(int bits, unsigned long exponent)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *n = BN_new();
    BIGNUM *e = BN_new();
    EVP_PKEY *key = NULL;

    assert_int_equal(BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
    assert_int_equal(BN_set_word(e, exponent), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e), 1);

    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);

    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(ctx);
    BN_free(n);
    BN_free(e);
    return key;
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension;

    if (value == NULL)
        return;
    extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

// Signed with a key of its own, which certificate_check() does not look for.
static struct certificate *make(const struct form *form)
{
    EVP_PKEY *signer = make_point("P-256");
    X509 *x509 = X509_new();
    bool dated = form->from_s != 0 || form->until_s != 0;
    struct certificate *certificate = NULL;
    uint8_t *der = NULL;

    assert_int_equal(X509_set_version(x509, form->version != 0 ? form->version - 1 : 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), dated ? form->from_s : -DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(x509), dated ? form->until_s : DAY_S);
    if (!form->nameless)
        assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             (const unsigned char *)"one", -1, -1, 0),
            1);
    assert_int_equal(X509_set_pubkey(x509, form->key != NULL ? form->key : signer), 1);
    add_extension(x509, NID_basic_constraints, form->basic);
    add_extension(x509, NID_key_usage, form->usage);
    add_extension(x509, NID_ext_key_usage, form->extended);
    add_extension(x509, NID_name_constraints, form->other);
    assert_true(X509_sign(x509, signer, form->hash != NULL ? form->hash : EVP_sha256()) > 0);

    int n = i2d_X509(x509, &der);

    assert_true(n > 0);
    assert_int_equal(certificate_from_der(der, (size_t)n, &certificate, NULL), 0);
    OPENSSL_free(der);
    X509_free(x509);
    EVP_PKEY_free(signer);
    return certificate;
}

// reason NULL: it is good.
static void expect(const char *label, const struct form *form, enum certificate_check_role role,
    const char *reason)
{
    struct certificate *certificate = make(form);
    struct err err = {0};
    int rc = certificate_check(certificate, role, now_ms(), &err);

    certificate_free(certificate);
    if (rc != (reason == NULL ? 0 : ERR_INVALID) ||
        (reason != NULL && strstr(err.message, reason) == NULL))
        fail_msg("%s: expected %s: %s", label, reason != NULL ? reason : "good",
            rc < 0 ? err.message : "good");
}

// Mbed TLS computes with numbers of up to 4096 bits on the emulated board, BearSSL everywhere; an
// exponent of 1 lets every signature pass; compressed points and parameters written out are read by
// some of the libraries alone.
static void keys_are_those_that_all_devices_take(void **state)
{
    static const char kind[] = "neither P-256 nor RSA of 2048 to 4096 bits";
    const struct {
        const char *label;
        EVP_PKEY *key;
        const char *reason;
    } rows[] = {
        {"P-256", make_point("P-256"), NULL},
        {"P-384", make_point("P-384"), kind},
        {"another curve of 256 bits", make_point("secp256k1"), kind},
        {"Ed25519", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), kind},
        {"compressed point", make_written(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"),
            kind},
        {"parameters written out", make_written(OSSL_PKEY_PARAM_EC_ENCODING, "explicit"), kind},
        {"RSA-2047", make_number(2047, 65537), "RSA key of 2047 bits"},
        {"RSA-2048", request_fixture_rsa(2048), NULL},
        {"RSA-4096", request_fixture_rsa(4096), NULL},
        {"RSA-4097", make_number(4097, 65537), "RSA key of 4097 bits"},
        {"RSA-8192", make_number(8192, 65537), "RSA key of 8192 bits"},
        {"exponent 1", make_number(2048, 1), kind},
        {"even exponent", make_number(2048, 65536), kind},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct form form = {.key = rows[i].key, .basic = "critical,CA:TRUE"};

        assert_non_null(rows[i].key);
        expect(rows[i].label, &form, CERTIFICATE_CHECK_CA, rows[i].reason);
        EVP_PKEY_free(rows[i].key);
    }
}

static void the_form_is_what_devices_read(void **state)
{
    const struct {
        const char *label;
        struct form form;
        const char *reason;
    } rows[] = {
        {"all as it should be", {.extended = "clientAuth"}, NULL},
        {"version 1", {.version = 1}, "it has version 1"},
        {"version 2", {.version = 2}, "it has version 2"},
        {"SHA-1", {.hash = EVP_sha1()}, "ecdsa-with-SHA1"},
        {"SHA-384", {.hash = EVP_sha384()}, "ecdsa-with-SHA384"},
        {"critical, and known",
            {.basic = "critical,CA:FALSE",
                .usage = "critical,digitalSignature",
                .extended = "critical,clientAuth"},
            NULL},
        {"unknown, and not critical", {.other = "permitted;DNS:example"}, NULL},
        {"unknown, and critical", {.other = "critical,permitted;DNS:example"},
            "critical extension nameConstraints"},
        {"ends this minute", {.from_s = -60, .until_s = 30}, NULL},
        {"ended", {.from_s = -60, .until_s = -30}, "it expired on"},
        {"begins later", {.from_s = 30, .until_s = 60}, "not valid before"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(rows[i].label, &rows[i].form, CERTIFICATE_CHECK_DEVICE, rows[i].reason);
}

static void each_is_for_its_role(void **state)
{
    static const struct {
        const char *label;
        struct form form;
        const char *ca, *server, *device; // reasons
    } rows[] = {
        {"a CA's", {.basic = "CA:TRUE"}, NULL, NULL, NULL},
        {"a CA's, to sign", {.basic = "CA:TRUE", .usage = "keyCertSign"}, NULL,
            "is not for a server", "is not for a client"},
        {"a CA's, not to sign", {.basic = "CA:TRUE", .usage = "digitalSignature"}, "not a CA's",
            NULL, NULL},
        {"no CA's", {.basic = "CA:FALSE"}, "not a CA's", NULL, NULL},
        {"for nothing in particular", {.basic = NULL}, "not a CA's", NULL, NULL},
        {"both", {.extended = "serverAuth,clientAuth"}, "not a CA's", NULL, NULL},
        {"a server's", {.extended = "serverAuth"}, "not a CA's", "is not for a client",
            "is not for a client"},
        {"a client's", {.extended = "clientAuth"}, "not a CA's", "is not for a server", NULL},
        {"for mail", {.extended = "emailProtection"}, "not a CA's", "is not for a server",
            "is not for a client"},
        {"to agree on keys", {.usage = "keyAgreement"}, "not a CA's", "not digitalSignature",
            "not digitalSignature"},
        {"a CA's without a name", {.basic = "CA:TRUE", .nameless = true}, "it has no subject", NULL,
            NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(rows[i].label, &rows[i].form, CERTIFICATE_CHECK_CA, rows[i].ca);
        expect(rows[i].label, &rows[i].form, CERTIFICATE_CHECK_INTERMEDIATE, rows[i].ca);
        expect(rows[i].label, &rows[i].form, CERTIFICATE_CHECK_SERVER, rows[i].server);
        expect(rows[i].label, &rows[i].form, CERTIFICATE_CHECK_DEVICE, rows[i].device);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_those_that_all_devices_take),
        cmocka_unit_test(the_form_is_what_devices_read),
        cmocka_unit_test(each_is_for_its_role),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
