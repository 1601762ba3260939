#ifndef TEST_SERVER_PKI_REQUEST_FIXTURE_H
#define TEST_SERVER_PKI_REQUEST_FIXTURE_H

// Certificate requests as OpenSSL makes them. In a header, since each test program is one file.

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// What a request is to have; NULL and 0 stand for nothing.
struct request_fixture {
    const char *common_name;
    const char *other_name;   // a second common name
    const char *unit;         // an organizational unit
    const char *extension;    // of basicConstraints, as "critical,CA:TRUE"
    const char *alternative;  // of subjectAltName, as "DNS:broker"
    const char *challenge;    // challengePassword
    const char *again;        // a second value of that
    const char *unstructured; // unstructuredName
    const char *curve;        // P-256 if it is NULL and there are no bits
    unsigned rsa_bits;
    const EVP_MD *digest; // SHA-256 if it is NULL
};

#define REQUEST_FIXTURE_MAX 8192

// Of as many primes as OpenSSL allows: an emulated processor looks for two of 2048 bits for
// minutes.
static inline EVP_PKEY *request_fixture_rsa(unsigned bits)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    EVP_PKEY *key = NULL;

    EVP_PKEY_keygen_init(ctx);
    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits);
    EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, bits >= 4096 ? 4 : 3);
    EVP_PKEY_keygen(ctx, &key);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static inline EVP_PKEY *request_fixture_key(const struct request_fixture *fixture)
{
    if (fixture->rsa_bits != 0)
        return request_fixture_rsa(fixture->rsa_bits);
    return EVP_EC_gen(fixture->curve != NULL ? fixture->curve : "P-256");
}

static inline void request_fixture_add_name(X509_REQ *request, int nid, const char *text)
{
    if (text != NULL)
        X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), nid, MBSTRING_UTF8,
            (const unsigned char *)text, -1, -1, 0);
}

// One attribute, of two values if there is a second.
static inline void request_fixture_add_attribute(
    X509_REQ *request, int nid, const char *text, const char *second)
{
    X509_ATTRIBUTE *attribute = NULL;

    if (text == NULL)
        return;
    X509_ATTRIBUTE_create_by_NID(&attribute, nid, MBSTRING_UTF8, text, -1);
    if (second != NULL)
        X509_ATTRIBUTE_set1_data(attribute, MBSTRING_UTF8, second, -1);
    X509_REQ_add1_attr(request, attribute);
    X509_ATTRIBUTE_free(attribute);
}

static inline void request_fixture_add_extension(
    STACK_OF(X509_EXTENSION) * *list, int nid, const char *value)
{
    if (value == NULL)
        return;

    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    X509v3_add_ext(list, extension, -1);
    X509_EXTENSION_free(extension);
}

static inline void request_fixture_fill(X509_REQ *request, const struct request_fixture *fixture)
{
    STACK_OF(X509_EXTENSION) *extensions = NULL;

    request_fixture_add_name(request, NID_commonName, fixture->common_name);
    request_fixture_add_name(request, NID_commonName, fixture->other_name);
    request_fixture_add_name(request, NID_organizationalUnitName, fixture->unit);
    request_fixture_add_attribute(
        request, NID_pkcs9_challengePassword, fixture->challenge, fixture->again);
    request_fixture_add_attribute(request, NID_pkcs9_unstructuredName, fixture->unstructured, NULL);
    request_fixture_add_extension(&extensions, NID_basic_constraints, fixture->extension);
    request_fixture_add_extension(&extensions, NID_subject_alt_name, fixture->alternative);
    if (extensions != NULL)
        X509_REQ_add_extensions(request, extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

// Writes one to out, which is REQUEST_FIXTURE_MAX bytes, as DER; returns how many bytes. Of the key
// if that is not NULL, signed with signer's if that is not NULL.
static inline size_t request_fixture_sign(
    const struct request_fixture *fixture, EVP_PKEY *key, EVP_PKEY *signer, uint8_t *out)
{
    EVP_PKEY *made = key == NULL ? request_fixture_key(fixture) : NULL;
    EVP_PKEY *own = key == NULL ? made : key;
    X509_REQ *request = X509_REQ_new();
    unsigned char *p = out;

    X509_REQ_set_version(request, 0);
    X509_REQ_set_pubkey(request, own);
    request_fixture_fill(request, fixture);
    X509_REQ_sign(request, signer == NULL ? own : signer,
        fixture->digest == NULL ? EVP_sha256() : fixture->digest);

    int n = i2d_X509_REQ(request, &p);

    X509_REQ_free(request);
    EVP_PKEY_free(made);
    return n > 0 ? (size_t)n : 0;
}

static inline size_t request_fixture_make(const struct request_fixture *fixture, uint8_t *out)
{
    return request_fixture_sign(fixture, NULL, NULL, out);
}

#endif
