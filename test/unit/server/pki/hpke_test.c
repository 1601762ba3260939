// Sealing for a device, by the RFC's vector.
#include "server/pki/hpke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "test/unit/hpke_vector.h"

// EVP_EC_gen() is a call of this; the key for one message is what the test says, if that is set.
static const char *ephemeral_number;
static const char *ephemeral_point;

static EVP_PKEY *make_key(const char *group, const char *number, const char *point)
{
    uint8_t bytes[32];
    uint8_t public_bytes[HPKE_KEYS_POINT_SIZE];
    size_t n = hpke_vector_bytes(point, public_bytes);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    BIGNUM *d = NULL;
    EVP_PKEY *key = NULL;

    assert_int_equal(
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0), 1);
    assert_int_equal(
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public_bytes, n), 1);
    if (number != NULL) {
        d = BN_bin2bn(bytes, (int)hpke_vector_bytes(number, bytes), NULL);
        assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d), 1);
    }

    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);

    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key,
                         number != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params),
        1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    BN_free(d);
    return key;
}

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,cert-dcl50-cpp): names that
// ld --wrap makes, and OpenSSL's own parameters
EVP_PKEY *__real_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *query, const char *type, ...);
EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *query, const char *type, ...);

EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *query, const char *type, ...)
{
    EVP_PKEY *key;
    const char *group;
    size_t bits;
    va_list rest;

    if (ephemeral_number != NULL)
        return make_key(SN_X9_62_prime256v1, ephemeral_number, ephemeral_point);
    va_start(rest, type);
    if (strcmp(type, "EC") == 0) {
        group = va_arg(rest, const char *);
        key = __real_EVP_PKEY_Q_keygen(library, query, type, group);
    } else {
        bits = va_arg(rest, size_t);
        key = __real_EVP_PKEY_Q_keygen(library, query, type, bits);
    }
    va_end(rest);
    return key;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,cert-dcl50-cpp)

// Takes the key.
static struct certificate *certify(EVP_PKEY *key)
{
    X509 *x509 = X509_new();
    EVP_PKEY *signer = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct certificate *certificate;
    uint8_t *der = NULL;
    int n;

    assert_int_equal(X509_set_pubkey(x509, key), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x509), 0));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), 0));
    assert_true(X509_sign(x509, signer, EVP_sha256()) > 0);
    n = i2d_X509(x509, &der);
    assert_int_equal(certificate_from_der(der, (size_t)n, &certificate, NULL), 0);
    OPENSSL_free(der);
    EVP_PKEY_free(signer);
    EVP_PKEY_free(key);
    X509_free(x509);
    return certificate;
}

struct fixture {
    struct certificate *certificate;
    struct hpke_message message;
    uint8_t text[64];
    uint8_t info[64];
    uint8_t aad[64];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->certificate = certify(make_key(SN_X9_62_prime256v1, NULL, HPKE_VECTOR_PUBLIC));
    f->message.text =
        (struct hpke_keys_part){f->text, hpke_vector_bytes(HPKE_VECTOR_TEXT, f->text)};
    f->message.info =
        (struct hpke_keys_part){f->info, hpke_vector_bytes(HPKE_VECTOR_INFO, f->info)};
    f->message.aad = (struct hpke_keys_part){f->aad, hpke_vector_bytes(HPKE_VECTOR_AAD, f->aad)};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    ephemeral_number = NULL;
    certificate_free(f->certificate);
    free(f);
    return 0;
}

static void test_vector(void **state)
{
    struct fixture *f = *state;
    uint8_t expected[256];
    const size_t n = hpke_vector_bytes(HPKE_VECTOR_ENCAPSULATED HPKE_VECTOR_SEALED, expected);
    uint8_t *sealed;
    size_t size;

    ephemeral_number = HPKE_VECTOR_EPHEMERAL;
    ephemeral_point = HPKE_VECTOR_ENCAPSULATED;
    assert_int_equal(hpke_seal(f->certificate, &f->message, &sealed, &size, NULL), 0);
    assert_int_equal(size, n);
    assert_memory_equal(sealed, expected, n);
    free(sealed);
}

// A key pair for each message: else two of them would share a nonce.
static void test_fresh(void **state)
{
    struct fixture *f = *state;
    uint8_t *sealed[2];
    size_t size;

    for (int i = 0; i < 2; i++)
        assert_int_equal(hpke_seal(f->certificate, &f->message, &sealed[i], &size, NULL), 0);
    assert_memory_not_equal(sealed[0], sealed[1], HPKE_KEYS_POINT_SIZE);
    free(sealed[0]);
    free(sealed[1]);
}

static void test_sizes(void **state)
{
    static const size_t sizes[] = {0, 1, 16, HPKE_TEXT_MAX, HPKE_TEXT_MAX + 1};
    struct fixture *f = *state;
    uint8_t *text = calloc(1, HPKE_TEXT_MAX + 1);

    f->message.text.p = text;
    f->message.info.n = 0;
    f->message.aad.n = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *sealed = NULL;
        size_t size = 7;

        f->message.text.n = sizes[i];

        int rc = hpke_seal(f->certificate, &f->message, &sealed, &size, NULL);

        assert_int_equal(rc, sizes[i] > HPKE_TEXT_MAX ? ERR_TOO_LARGE : 0);
        assert_int_equal(size, rc < 0 ? 7 : sizes[i] + HPKE_KEYS_OVERHEAD);
        free(sealed);
    }
    free(text);
}

#define COMPRESSED "02fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82"

static EVP_PKEY *make_other_form(const char *point, const char *form)
{
    EVP_PKEY *key = make_key(SN_X9_62_prime256v1, NULL, point);

    assert_int_equal(
        EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form), 1);
    return key;
}

// Keys that a device could not open with, or would read another point of.
static void test_keys(void **state)
{
    struct fixture *f = *state;
    EVP_PKEY *keys[] = {
        EVP_RSA_gen(1024), EVP_EC_gen("P-384"),
        make_key(SN_secp256k1, NULL,
            "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"),
        make_other_form(COMPRESSED, "compressed"),
        make_other_form(HPKE_VECTOR_PUBLIC, "hybrid"), // as long as uncompressed
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct certificate *certificate = certify(keys[i]);
        struct err err = {0};
        uint8_t *sealed;
        size_t size;

        assert_int_equal(hpke_seal(certificate, &f->message, &sealed, &size, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "P-256"));
        certificate_free(certificate);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_vector),
        TEST(test_fresh),
        TEST(test_sizes),
        TEST(test_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
