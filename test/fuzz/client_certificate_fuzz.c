// Certificates of clients: as they come, and signed by our CA with the subject that the input is
// (an X.501 Name in DER). Whoever signed it, it stands for somebody only by one sound common name.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/utf8.h"
#include "server/pki/authority.h"
#include "test/fuzz/fuzz.h"

#define NOW_MS INT64_C(1767225600000) // 2026-01-01
#define DAY_S 86400

static struct {
    EVP_PKEY *key; // everybody's
    X509 *ca;
    struct authority *authority;
} world;

static void sign(X509 *x509, const X509_NAME *issuer)
{
    FUZZ_CHECK(X509_set_version(x509, 2) == 1);
    FUZZ_CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1);
    FUZZ_CHECK(X509_set_issuer_name(x509, issuer) == 1);
    FUZZ_CHECK(ASN1_TIME_set(X509_getm_notBefore(x509), NOW_MS / 1000 - DAY_S) != NULL);
    FUZZ_CHECK(ASN1_TIME_set(X509_getm_notAfter(x509), NOW_MS / 1000 + DAY_S) != NULL);
    FUZZ_CHECK(X509_set_pubkey(x509, world.key) == 1);
    FUZZ_CHECK(X509_sign(x509, world.key, EVP_sha256()) > 0);
}

static X509 *make_ca(void)
{
    X509 *x509 = X509_new();
    X509_NAME *name = X509_NAME_new();
    X509_EXTENSION *is_ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");

    FUZZ_CHECK(x509 != NULL && name != NULL && is_ca != NULL);
    FUZZ_CHECK(X509_NAME_add_entry_by_txt(
                   name, "CN", MBSTRING_ASC, (const unsigned char *)"test CA", -1, -1, 0) == 1);
    FUZZ_CHECK(X509_set_subject_name(x509, name) == 1 && X509_add_ext(x509, is_ca, -1) == 1);
    sign(x509, name);
    X509_EXTENSION_free(is_ca);
    X509_NAME_free(name);
    return x509;
}

static void make_world(void)
{
    char path[] = "/tmp/secureesp-ca-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    struct err err = {0};

    world.key = EVP_EC_gen("P-256");
    FUZZ_CHECK(world.key != NULL && file != NULL);
    world.ca = make_ca();
    FUZZ_CHECK(PEM_write_X509(file, world.ca) == 1 && fclose(file) == 0);
    FUZZ_CHECK(authority_load(path, &world.authority, &err) == 0);
    unlink(path);
}

// The certificate's only name of a kind, or NULL.
static const ASN1_STRING *only_name(const X509 *x509, int nid)
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    const ASN1_STRING *found = NULL;

    for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);

        if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != nid)
            continue;
        if (found != NULL)
            return NULL;
        found = X509_NAME_ENTRY_get_data(entry);
    }
    return found;
}

static int judge(const uint8_t *der, size_t n, struct certificate_facts *facts)
{
    struct err err = {0};

    fuzz_fill(facts, sizeof *facts);

    int rc = authority_judge_client(world.authority, der, n, NOW_MS, facts, &err);

    if (rc < 0)
        FUZZ_CHECK(
            (rc == ERR_INVALID || rc == ERR_DENIED || rc == ERR_EXPIRED || rc == ERR_UNTRUSTED) &&
            fuzz_is_untouched(facts, sizeof *facts) && err.message[0] != '\0');
    return rc;
}

// One that is there alone, and fits, is taken.
static void check_unit(const X509 *x509, const char *unit)
{
    const ASN1_STRING *name = only_name(x509, NID_organizationalUnitName);
    unsigned char *text = NULL;
    int size = name != NULL ? ASN1_STRING_to_UTF8(&text, name) : 0;

    if (size > 0 && size <= 64 && memchr(text, 0, (size_t)size) == NULL)
        FUZZ_CHECK(strcmp(unit, (const char *)text) == 0 && utf8_is_valid(unit));
    else
        FUZZ_CHECK(unit[0] == '\0');
    OPENSSL_free(text);
}

static void check_signed(X509 *x509)
{
    uint8_t *der = NULL;
    int n = i2d_X509(x509, &der);
    struct certificate_facts facts;

    FUZZ_CHECK(n > 0);
    if (judge(der, (size_t)n, &facts) == 0) {
        const ASN1_STRING *name = only_name(x509, NID_commonName);
        unsigned char *text = NULL;

        FUZZ_CHECK(name != NULL);

        int size = ASN1_STRING_to_UTF8(&text, name);

        FUZZ_CHECK(size > 0 && (size_t)size < sizeof facts.common_name);
        FUZZ_CHECK(strlen(facts.common_name) == (size_t)size);
        FUZZ_CHECK(memcmp(facts.common_name, text, (size_t)size) == 0);
        FUZZ_CHECK(utf8_is_valid(facts.common_name));
        FUZZ_CHECK(facts.not_before_ms == NOW_MS - DAY_S * INT64_C(1000));
        FUZZ_CHECK(facts.not_after_ms == NOW_MS + DAY_S * INT64_C(1000));
        FUZZ_CHECK(strcmp(facts.serial, "01") == 0 && facts.is_server);
        check_unit(x509, facts.unit);
        OPENSSL_free(text);
    }
    OPENSSL_free(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    const uint8_t *end = bytes;
    struct certificate_facts facts;

    if (world.authority == NULL)
        make_world();
    FUZZ_CHECK(judge(bytes, n, &facts) < 0); // nobody else has the CA's key

    X509_NAME *subject = d2i_X509_NAME(NULL, &end, (long)(n < FUZZ_INPUT_MAX ? n : 0));

    if (subject == NULL)
        return 0;

    X509 *x509 = X509_new();

    FUZZ_CHECK(x509 != NULL && X509_set_subject_name(x509, subject) == 1);
    sign(x509, X509_get_subject_name(world.ca));
    check_signed(x509);
    X509_free(x509);
    X509_NAME_free(subject);
    return 0;
}
