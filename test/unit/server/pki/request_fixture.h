#ifndef TEST_SERVER_PKI_REQUEST_FIXTURE_H
#define TEST_SERVER_PKI_REQUEST_FIXTURE_H

// Certificate requests as devices make them, and who signs them.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/pki/certificate.h"

#define REQUEST_FIXTURE_MAX 8192

struct request_fixture {
    uint8_t der[REQUEST_FIXTURE_MAX];
    size_t n;
};

static inline EVP_PKEY *request_fixture_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    assert_non_null(key);
    return key;
}

static inline void request_fixture_add_name(X509_REQ *request, const char *field, const char *text)
{
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), field,
                         MBSTRING_UTF8, (const uint8_t *)text, -1, -1, 0),
        1);
}

static inline void request_fixture_add_code(X509_REQ *request, int type, const char *text)
{
    assert_int_equal(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, type,
                         (const uint8_t *)text, (int)strlen(text)),
        1);
}

static inline void request_fixture_sign(
    X509_REQ *request, EVP_PKEY *key, struct request_fixture *out)
{
    uint8_t *p = out->der;
    int n;

    assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
    n = i2d_X509_REQ(request, NULL);
    assert_in_range(n, 1, REQUEST_FIXTURE_MAX);
    out->n = (size_t)i2d_X509_REQ(request, &p);
}

// A request without a name.
static inline X509_REQ *request_fixture_begin(EVP_PKEY *key)
{
    X509_REQ *request = X509_REQ_new();

    assert_non_null(request);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    return request;
}

// code: NULL for none.
static inline void request_fixture_make(
    EVP_PKEY *key, const char *name, const char *code, struct request_fixture *out)
{
    X509_REQ *request = request_fixture_begin(key);

    request_fixture_add_name(request, "CN", name);
    if (code != NULL)
        request_fixture_add_code(request, V_ASN1_UTF8STRING, code);
    request_fixture_sign(request, key, out);
    X509_REQ_free(request);
}

// A CA whose certificate and key are in PEM files.
struct request_fixture_ca {
    X509 *x509;
    EVP_PKEY *key;
    int64_t serial; // of the last one
};

static inline void request_fixture_open(
    struct request_fixture_ca *ca, const char *certificate_path, const char *key_path)
{
    FILE *file = fopen(certificate_path, "re");

    assert_non_null(file);
    ca->x509 = PEM_read_X509(file, NULL, NULL, NULL);
    (void)fclose(file);
    file = fopen(key_path, "re");
    assert_non_null(file);
    ca->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    (void)fclose(file);
    assert_true(ca->x509 != NULL && ca->key != NULL);
    ca->serial = 1000;
}

static inline void request_fixture_close(struct request_fixture_ca *ca)
{
    X509_free(ca->x509);
    EVP_PKEY_free(ca->key);
}

static inline void request_fixture_add_extension(X509 *x509, X509 *ca, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&ctx, ca, x509, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&ctx);
    extension = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

// As a signer would: a client's certificate of a day for a request, under another name if that is
// not NULL.
static inline struct certificate *request_fixture_issue(
    struct request_fixture_ca *ca, const uint8_t *der, size_t n, const char *name)
{
    X509_REQ *request = d2i_X509_REQ(NULL, &der, (long)n);
    X509 *x509 = X509_new();
    struct certificate *certificate = NULL;
    uint8_t *made = NULL;
    int size;

    assert_true(request != NULL && x509 != NULL);
    assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), ++ca->serial), 1);
    assert_int_equal(X509_set_issuer_name(x509, X509_get_subject_name(ca->x509)), 1);
    assert_int_equal(X509_set_subject_name(x509, X509_REQ_get_subject_name(request)), 1);
    if (name != NULL) {
        X509_NAME *other = X509_NAME_new();

        X509_NAME_add_entry_by_txt(other, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0);
        assert_int_equal(X509_set_subject_name(x509, other), 1);
        X509_NAME_free(other);
    }
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), -300));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 86400));
    assert_int_equal(X509_set_pubkey(x509, X509_REQ_get0_pubkey(request)), 1);
    request_fixture_add_extension(x509, ca->x509, NID_basic_constraints, "critical,CA:FALSE");
    request_fixture_add_extension(x509, ca->x509, NID_key_usage, "critical,digitalSignature");
    request_fixture_add_extension(x509, ca->x509, NID_ext_key_usage, "clientAuth");
    request_fixture_add_extension(x509, ca->x509, NID_authority_key_identifier, "keyid");
    assert_true(X509_sign(x509, ca->key, EVP_sha256()) > 0);
    size = i2d_X509(x509, &made);
    assert_int_equal(certificate_from_der(made, (size_t)size, &certificate, NULL), 0);
    OPENSSL_free(made);
    X509_free(x509);
    X509_REQ_free(request);
    return certificate;
}

#endif
