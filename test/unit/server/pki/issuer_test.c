// Certificates for who keeps the private half of the key, of a root and of an intermediate CA.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/file.h"
#include "server/pki/certificate_check.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/certificate_request.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"
#include "test/unit/server/pki/request_fixture.h"

#define NOW_MS INT64_C(1767225600000)
#define DAY_MS INT64_C(86400000)
#define MAC "84f3eb000001"

static void request(struct certificate_request *out)
{
    static const struct request_fixture fixture = {.common_name = MAC,
        .unit = "monitor",
        .extension = "critical,CA:TRUE",
        .alternative = "DNS:broker.example"};
    uint8_t der[REQUEST_FIXTURE_MAX];
    size_t n = request_fixture_make(&fixture, der);

    assert_int_equal(certificate_request_parse(der, n, out, NULL), 0);
}

static X509 *issue(const struct issuer *issuer, const struct certificate_request *wanted)
{
    struct issuer_order order = {.profile = PROFILE_DEVICE,
        .common_name = wanted->common_name,
        .days = 10,
        .now_ms = NOW_MS};
    struct certificate *certificate = NULL;
    struct certificate_facts facts;
    uint8_t *der = NULL;
    size_t n = 0;

    assert_int_equal(issuer_issue_public(issuer, &order, &wanted->key, &certificate, NULL), 0);
    assert_int_equal(certificate_check(certificate, CERTIFICATE_CHECK_DEVICE, NOW_MS, NULL), 0);
    assert_int_equal(certificate_facts_of(certificate, &facts, NULL), 0);
    assert_string_equal(facts.common_name, MAC);
    assert_string_equal(facts.unit, "");
    assert_int_equal(certificate_not_after_ms(certificate), NOW_MS + 10 * DAY_MS);
    assert_int_equal(certificate_not_before_ms(certificate), NOW_MS - ISSUER_BACKDATE_S * 1000);
    assert_int_equal(certificate_to_der(certificate, &der, &n, NULL), 0);

    const uint8_t *p = der;
    X509 *x509 = d2i_X509(NULL, &p, (long)n);

    assert_non_null(x509);
    assert_ptr_equal(p, der + n);
    free(der);
    certificate_free(certificate);
    return x509;
}

static void nothing_but_name_and_key_is_taken(void **state)
{
    const char *folder = *state;
    struct pki_folder_order order = {.folder = folder, .now_ms = NOW_MS};
    struct pki_folder_pair pair;
    struct certificate_request wanted;
    struct issuer *issuer;

    request(&wanted);
    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_true(issuer_not_after_ms(issuer) > NOW_MS);

    X509 *x509 = issue(issuer, &wanted);
    uint8_t *spki = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);

    assert_int_equal(n, wanted.key.size_bytes);
    assert_memory_equal(spki, wanted.key.der, (size_t)n);
    assert_int_equal(X509_check_ca(x509), 0);
    assert_int_equal(X509_get_ext_by_NID(x509, NID_subject_alt_name, -1), -1);
    assert_int_equal(X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 0), 0);
    assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(x509)), 1);
    OPENSSL_free(spki);
    X509_free(x509);
    issuer_free(issuer);
}

static void add_extension(X509 *x509, X509 *signer, int nid, const char *value)
{
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, signer, x509, NULL, NULL, 0);

    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);

    assert_non_null(extension);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
}

// A CA's certificate; of itself if there is no signer.
static X509 *make_ca(const char *name, EVP_PKEY *key, X509 *signer, EVP_PKEY *signer_key)
{
    X509 *x509 = X509_new();

    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(x509), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(signer != NULL ? signer : x509));
    ASN1_TIME_set_string(X509_getm_notBefore(x509), "20250101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(x509), "20300101000000Z");
    X509_set_pubkey(x509, key);
    add_extension(x509, signer != NULL ? signer : x509, NID_basic_constraints,
        signer != NULL ? "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE,pathlen:1");
    add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(x509, x509, NID_subject_key_identifier, "hash");
    assert_true(X509_sign(x509, signer_key, EVP_sha256()) > 0);
    return x509;
}

static void write_certificate(const char *folder, X509 *first, X509 *second)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "ca.crt", path);

    FILE *file = fopen(path, "w");

    assert_true(PEM_write_X509(file, first) == 1 && PEM_write_X509(file, second) == 1);
    assert_int_equal(fclose(file), 0);
}

static void write_key(const char *folder, EVP_PKEY *key)
{
    char path[SCRATCH_PATH_SIZE];
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    scratch_path(folder, "ca.key", path);
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);

    long n = BIO_get_mem_data(bio, &text);

    assert_int_equal(file_replace(path, (const uint8_t *)text, (size_t)n, 0600, NULL), 0);
    BIO_free(bio);
}

// Whether a client that knows the root alone takes a certificate with the intermediate's beside it.
static int verify(X509 *root, X509 *intermediate, X509 *x509)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();

    X509_STORE_add_cert(store, root);
    sk_X509_push(chain, intermediate);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, x509, chain), 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), NOW_MS / 1000);

    int good = X509_verify_cert(ctx);

    sk_X509_free(chain);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return good;
}

static void an_intermediate_signs(void **state)
{
    const char *folder = *state;
    EVP_PKEY *root_key = EVP_EC_gen("P-256");
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *root = make_ca("root", root_key, NULL, root_key);
    X509 *intermediate = make_ca("devices", key, root, root_key);
    struct certificate_request wanted;
    struct issuer *issuer = NULL;

    request(&wanted);
    write_certificate(folder, intermediate, root);
    write_key(folder, key);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);

    X509 *x509 = issue(issuer, &wanted);

    assert_int_equal(
        X509_NAME_cmp(X509_get_issuer_name(x509), X509_get_subject_name(intermediate)), 0);
    assert_int_equal(verify(root, intermediate, x509), 1);
    X509_free(x509);
    issuer_free(issuer);
    X509_free(root);
    X509_free(intermediate);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            nothing_but_name_and_key_is_taken, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(an_intermediate_signs, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
