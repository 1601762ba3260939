// Judges clients' certificates.
#include "server/pki/authority.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/asn1_time.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"
#include "server/pki/pem_block.h"

#define CA_FILE_MAX ((size_t)1024 * 1024)
#define SECURITY_LEVEL 2 // 112 bits: no SHA-1, no RSA below 2048

// One store for each CA: an old and a new one may bear the same name, among which OpenSSL would
// settle for the first.
struct authority {
    char path[256]; // for messages
    uint8_t *pem;
    size_t pem_size;
    size_t count;
    X509_STORE *stores[AUTHORITY_CA_MAX];
    char fingerprints[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];
    int64_t not_before_ms[AUTHORITY_CA_MAX];
    int64_t not_after_ms[AUTHORITY_CA_MAX];
};

static int add_ca(
    struct authority *authority, X509 *x509, const struct pem_block *block, struct err *err)
{
    if (X509_check_ca(x509) != 1) // 1: by its extensions, which devices ask for
        return err_set(err, ERR_INVALID, "certificate %zu is not a CA's", authority->count + 1);
    if (authority->count == AUTHORITY_CA_MAX)
        return err_set(err, ERR_INVALID, "more than %d certificates", AUTHORITY_CA_MAX);

    X509_STORE *store = X509_STORE_new();

    if (store == NULL || X509_STORE_add_cert(store, x509) != 1) {
        X509_STORE_free(store);
        return openssl_error_set(err, ERR_NO_MEMORY, "cannot store a CA");
    }
    authority->not_before_ms[authority->count] = asn1_time_ms(X509_get0_notBefore(x509));
    authority->not_after_ms[authority->count] = asn1_time_ms(X509_get0_notAfter(x509));
    digest_sha256(block->der, block->size_bytes, authority->fingerprints[authority->count]);
    authority->stores[authority->count++] = store;
    return 0;
}

static int add_block(struct authority *authority, const struct pem_block *block, struct err *err)
{
    const uint8_t *p = block->der;

    if (strcmp(block->label, "CERTIFICATE") != 0)
        return 0;

    X509 *x509 = d2i_X509(NULL, &p, (long)block->size_bytes);

    if (x509 == NULL)
        return openssl_error_set(
            err, ERR_INVALID, "certificate %zu is damaged", authority->count + 1);

    int rc = add_ca(authority, x509, block, err);

    X509_free(x509);
    return rc;
}

static int add_all(struct authority *authority, const uint8_t *pem, size_t n, struct err *err)
{
    struct pem_block block;
    int rc = 0;
    BIO *bio = pem_block_open(pem, n);

    while (rc == 0 && bio != NULL && pem_block_next(bio, &block)) {
        rc = add_block(authority, &block, err);
        pem_block_clear(&block);
    }
    BIO_free(bio);
    if (rc == 0 && authority->count == 0)
        return err_set(err, ERR_INVALID, "holds no certificate in PEM");
    return rc;
}

int authority_load(const char *path, struct authority **out, struct err *err)
{
    uint8_t *pem;
    size_t size;
    int rc = file_read(path, CA_FILE_MAX, &pem, &size, err);

    if (rc < 0)
        return err_context(err, "CA");

    struct authority *authority = calloc(1, sizeof *authority);

    if (authority == NULL) {
        free(pem);
        return err_set(err, ERR_NO_MEMORY, "no memory for a CA");
    }
    snprintf(authority->path, sizeof authority->path, "%s", path);
    authority->pem = pem;
    authority->pem_size = size;
    rc = add_all(authority, pem, size, err);
    if (rc < 0) {
        authority_free(authority);
        return err_context(err, "CA %s", path);
    }
    *out = authority;
    return 0;
}

void authority_free(struct authority *authority)
{
    if (authority == NULL)
        return;
    for (size_t i = 0; i < authority->count; i++)
        X509_STORE_free(authority->stores[i]);
    free(authority->pem);
    free(authority);
}

const uint8_t *authority_pem(const struct authority *authority, size_t *n)
{
    *n = authority->pem_size;
    return authority->pem;
}

bool authority_has(const struct authority *authority, const char *fingerprint)
{
    for (size_t i = 0; i < authority->count; i++) {
        if (strcmp(authority->fingerprints[i], fingerprint) == 0)
            return true;
    }
    return false;
}

size_t authority_copy_fingerprints(
    const struct authority *authority, char out[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE])
{
    memcpy(out, authority->fingerprints, sizeof authority->fingerprints);
    return authority->count;
}

// A certificate to be judged.
struct subject {
    X509 *x509;
    STACK_OF(X509) * chain; // what joins it to the CA, or NULL
    int purpose;
    bool at_any_time; // its dates do not count
    int64_t now_ms;
    int64_t grace_ms; // so long ago its own end may be
};

// OpenSSL would take the day as a time_t, which may end in 2038.
static int judge_dates(const STACK_OF(X509) * chain, const struct subject *subject, int *depth)
{
    int64_t now_s = subject->now_ms / 1000;

    // As OpenSSL does, the CA first.
    for (*depth = sk_X509_num(chain) - 1; *depth >= 0; --*depth) {
        const X509 *x509 = sk_X509_value(chain, *depth);
        int64_t first_ms = asn1_time_ms(X509_get0_notBefore(x509));
        int64_t end_ms = asn1_time_ms(X509_get0_notAfter(x509));

        if (first_ms == INT64_MIN)
            return X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD;
        if (end_ms == INT64_MIN)
            return X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
        if (now_s < first_ms / 1000)
            return X509_V_ERR_CERT_NOT_YET_VALID;
        if (*depth == 0)
            end_ms += subject->grace_ms;
        if (now_s >= end_ms / 1000)
            return X509_V_ERR_CERT_HAS_EXPIRED;
    }
    *depth = 0;
    return X509_V_OK;
}

// Returns X509_V_OK, or the reason why this CA does not vouch for the certificate; *depth is 0 if
// the fault is the certificate's own.
static int verify(X509_STORE *store, const struct subject *subject, int *depth)
{
    int reason = X509_V_ERR_OUT_OF_MEM;
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    *depth = 0;
    if (ctx != NULL && X509_STORE_CTX_init(ctx, store, subject->x509, subject->chain) == 1) {
        X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

        X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
        // The file's certificates are the anchors, also one that another CA signed.
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
        if (X509_VERIFY_PARAM_set_purpose(param, subject->purpose) == 1) {
            bool is_good = X509_verify_cert(ctx) == 1;

            if (is_good && subject->at_any_time) {
                reason = X509_V_OK;
            } else if (is_good) {
                reason = judge_dates(X509_STORE_CTX_get0_chain(ctx), subject, depth);
            } else {
                reason = X509_STORE_CTX_get_error(ctx);
                *depth = X509_STORE_CTX_get_error_depth(ctx);
            }
        }
    }
    X509_STORE_CTX_free(ctx);
    ERR_clear_error();
    return reason;
}

static bool is_foreign(int reason)
{
    switch (reason) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return true;
    default: return false;
    }
}

static int deny(
    const struct authority *authority, const X509 *x509, int reason, int depth, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];

    if (reason == X509_V_ERR_OUT_OF_MEM)
        return err_set(err, ERR_NO_MEMORY, "no memory to judge a certificate");
    if (is_foreign(reason))
        return err_set(
            err, ERR_UNTRUSTED, "certificate is not signed by the CA of %s", authority->path);
    if (depth == 0 && reason == X509_V_ERR_CERT_HAS_EXPIRED) {
        clock_format(asn1_time_ms(X509_get0_notAfter(x509)), text);
        return err_set(err, ERR_EXPIRED, "certificate expired on %s", text);
    }
    if (depth == 0 && reason == X509_V_ERR_CERT_NOT_YET_VALID) {
        clock_format(asn1_time_ms(X509_get0_notBefore(x509)), text);
        return err_set(err, ERR_EXPIRED, "certificate is not valid before %s", text);
    }
    if (depth == 0 && reason == X509_V_ERR_INVALID_PURPOSE)
        return err_set(err, ERR_INVALID, "certificate is not for client authentication");
    bool is_late = reason == X509_V_ERR_CERT_HAS_EXPIRED || reason == X509_V_ERR_CERT_NOT_YET_VALID;

    return err_set(err, is_late ? ERR_EXPIRED : ERR_INVALID, "%s: %s",
        depth == 0 ? "certificate" : "certificate of the CA",
        X509_verify_cert_error_string(reason));
}

// *ca is then the place of the CA that vouches for it.
static int judge(
    const struct authority *authority, const struct subject *subject, size_t *ca, struct err *err)
{
    int reason = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
    int depth = 0;

    for (size_t i = 0; i < authority->count; i++) {
        int this_depth;
        int this_reason = verify(authority->stores[i], subject, &this_depth);

        *ca = i;
        if (this_reason == X509_V_OK)
            return 0;
        // The CA that did sign it says what is wrong with it; the others only that it is not
        // theirs.
        if (i == 0 || is_foreign(reason)) {
            reason = this_reason;
            depth = this_depth;
        }
    }
    return deny(authority, subject->x509, reason, depth, err);
}

int authority_judge_client_late(const struct authority *authority,
    const struct authority_late *late, struct certificate_facts *out, struct err *err)
{
    struct certificate_facts facts = {0};
    const uint8_t *p = late->der;
    X509 *x509 = late->n <= CA_FILE_MAX ? d2i_X509(NULL, &p, (long)late->n) : NULL;

    if (x509 == NULL || p != late->der + late->n) {
        X509_free(x509);
        return openssl_error_set(err, ERR_INVALID, "no certificate");
    }

    struct subject subject = {.x509 = x509,
        .purpose = X509_PURPOSE_SSL_CLIENT,
        .now_ms = late->now_ms,
        .grace_ms = late->grace_ms};
    struct certificate certificate = {x509};
    size_t ca = 0;
    int rc = judge(authority, &subject, &ca, err);

    if (rc == 0)
        rc = certificate_facts_of(&certificate, &facts, err);
    X509_free(x509);
    if (rc < 0)
        return rc;
    memcpy(facts.ca, authority->fingerprints[ca], sizeof facts.ca);
    if (facts.not_before_ms < authority->not_before_ms[ca])
        facts.not_before_ms = authority->not_before_ms[ca];
    if (facts.not_after_ms > authority->not_after_ms[ca])
        facts.not_after_ms = authority->not_after_ms[ca];
    *out = facts;
    return 0;
}

int authority_judge_client(const struct authority *authority, const uint8_t *der, size_t n,
    int64_t now_ms, struct certificate_facts *out, struct err *err)
{
    struct authority_late in_time = {der, n, now_ms, 0};

    return authority_judge_client_late(authority, &in_time, out, err);
}

int authority_find(const struct authority *authority, const struct certificate *certificate,
    char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    struct subject subject = {
        .x509 = certificate->x509, .purpose = X509_PURPOSE_ANY, .at_any_time = true};
    size_t ca = 0;
    int rc = judge(authority, &subject, &ca, err);

    if (rc == 0)
        memcpy(out, authority->fingerprints[ca], DIGEST_SHA256_TEXT_SIZE);
    return rc;
}

int authority_vouches(
    const struct authority *authority, const struct certificate *certificate, struct err *err)
{
    char ca[DIGEST_SHA256_TEXT_SIZE];

    return authority_find(authority, certificate, ca, err);
}

int authority_judge_server(const struct authority *authority, struct certificate *const *chain,
    size_t count, int64_t now_ms, struct err *err)
{
    struct subject subject = {.x509 = chain[0]->x509,
        .chain = sk_X509_new_null(),
        .purpose = X509_PURPOSE_SSL_SERVER,
        .now_ms = now_ms};
    size_t ca = 0;
    int rc = subject.chain != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a chain");

    for (size_t i = 1; i < count && rc == 0; i++) {
        if (sk_X509_push(subject.chain, chain[i]->x509) <= 0)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for a chain");
    }
    if (rc == 0)
        rc = judge(authority, &subject, &ca, err);
    sk_X509_free(subject.chain); // and not what is in it
    return rc;
}
