// Certificates are made here.
#include "server/pki/issuer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/clock.h"
#include "server/pki/asn1_time.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"

#define SERIAL_BITS 128
#define NAME_MAX_BYTES 64 // RFC 5280, A.1
#define DAY_S 86400

int issuer_load(
    const char *certificate_path, const char *key_path, struct issuer **out, struct err *err)
{
    int rc;
    struct issuer *issuer = calloc(1, sizeof *issuer);

    if (issuer == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a CA");
    rc = certificate_load(certificate_path, &issuer->certificate, err);
    if (rc < 0)
        goto cleanup;
    rc = private_key_load(key_path, &issuer->key, err);
    if (rc < 0)
        goto cleanup;
    if (X509_check_ca(issuer->certificate->x509) != 1) {
        rc = err_set(err, ERR_INVALID, "%s is not a CA's certificate", certificate_path);
        goto cleanup;
    }
    if (X509_check_private_key(issuer->certificate->x509, issuer->key->pkey) != 1) {
        ERR_clear_error();
        rc = err_set(err, ERR_INVALID, "%s is not the key of %s", key_path, certificate_path);
        goto cleanup;
    }
    *out = issuer;
    issuer = NULL;
    rc = 0;
cleanup:
    issuer_free(issuer);
    return rc;
}

void issuer_free(struct issuer *issuer)
{
    if (issuer == NULL)
        return;
    certificate_free(issuer->certificate);
    private_key_free(issuer->key);
    free(issuer);
}

bool issuer_key_is_in_token(const struct issuer *issuer)
{
    return private_key_is_in_token(issuer->key);
}

int issuer_fingerprint(
    const struct issuer *issuer, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    return certificate_fingerprint(issuer->certificate, out, err);
}

bool issuer_has_signed(const struct issuer *issuer, const struct certificate *certificate)
{
    return certificate_is_below(certificate, issuer->certificate);
}

bool issuer_allows_ca(const struct issuer *issuer)
{
    return X509_get_pathlen(issuer->certificate->x509) != 0; // -1: no limit
}

int64_t issuer_not_after_ms(const struct issuer *issuer)
{
    return certificate_not_after_ms(issuer->certificate);
}

static bool set_serial(X509 *x509)
{
    BIGNUM *number = BN_new();
    bool done = number != NULL &&
                BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;

    BN_free(number);
    return done;
}

static int add_name(X509 *x509, int nid, const char *name, struct err *err)
{
    const char *what = nid == NID_commonName ? "common name" : "organizational unit";
    size_t n = strlen(name);

    if (n == 0 || n > NAME_MAX_BYTES)
        return err_set(
            err, ERR_INVALID, "%s of %zu bytes; it must have 1 to %d", what, n, NAME_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return err_set(err, ERR_INVALID, "%s with a control character", what);
    }
    if (X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), nid, MBSTRING_UTF8,
            (const unsigned char *)name, (int)n, -1, 0) != 1)
        return openssl_error_set(err, ERR_INVALID, "%s cannot be used", what);
    return 0;
}

static int set_subject(X509 *x509, const struct issuer_order *order, struct err *err)
{
    int rc = order->unit != NULL ? add_name(x509, NID_organizationalUnitName, order->unit, err) : 0;

    return rc < 0 ? rc : add_name(x509, NID_commonName, order->common_name, err);
}

// The end of the certificate, in seconds. ca is NULL for a CA's own.
static int decide_end(
    const struct issuer_order *order, const struct certificate *ca, int64_t *end_s, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t now_s = order->now_ms / 1000;
    int days = order->days != 0 ? order->days : profile_default_days(order->profile);
    int64_t wanted_s = now_s + (int64_t)days * DAY_S;
    int64_t ca_ms = ca != NULL ? certificate_not_after_ms(ca) : INT64_MAX;

    if (ca_ms <= order->now_ms) {
        clock_format(ca_ms, text);
        return err_set(err, ERR_INVALID, "the CA's certificate ended at %s; make a new CA", text);
    }
    if (wanted_s > ca_ms / 1000 && order->days != 0) {
        clock_format(ca_ms, text);
        return err_set(err, ERR_INVALID,
            "%d days would outlive the CA, which ends at %s; give at most %lld days", days, text,
            (long long)((ca_ms / 1000 - now_s) / DAY_S));
    }
    *end_s = wanted_s > ca_ms / 1000 ? ca_ms / 1000 : wanted_s;
    return 0;
}

static int set_dates(
    X509 *x509, const struct issuer_order *order, const struct certificate *ca, struct err *err)
{
    int64_t end_s = 0;
    int rc = decide_end(order, ca, &end_s, err);

    if (rc < 0)
        return rc;
    if (!asn1_time_set_ms(X509_getm_notBefore(x509), order->now_ms - ISSUER_BACKDATE_S * 1000) ||
        !asn1_time_set_ms(X509_getm_notAfter(x509), end_s * 1000))
        return openssl_error_set(err, ERR_INVALID, "dates cannot be written in a certificate");
    return 0;
}

static int copy_names(X509 *x509, const struct certificate *like, struct err *err)
{
    int at = X509_get_ext_by_NID(like->x509, NID_subject_alt_name, -1);

    if (at >= 0 && X509_add_ext(x509, X509_get_ext(like->x509, at), -1) != 1)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory for names");
    return 0;
}

static int fill(X509 *x509, const struct issuer_order *order, const struct certificate *ca,
    EVP_PKEY *subject, struct err *err)
{
    X509 *issuer = ca != NULL ? ca->x509 : x509;
    int rc = set_subject(x509, order, err);

    if (rc < 0)
        return rc;
    rc = set_dates(x509, order, ca, err);
    if (rc < 0)
        return rc;
    if (X509_set_version(x509, X509_VERSION_3) != 1 || !set_serial(x509) ||
        X509_set_issuer_name(x509, X509_get_subject_name(issuer)) != 1 ||
        X509_set_pubkey(x509, subject) != 1)
        return openssl_error_set(err, ERR_IO, "cannot fill a certificate");
    rc = profile_apply(order->profile, x509, issuer, err);
    if (rc < 0)
        return rc;
    if (order->like != NULL)
        return copy_names(x509, order->like, err);
    return subject_names_apply(&order->names, x509, err);
}

// The subject's key, of which the public half is enough if there is an issuer.
static int make(const struct issuer *issuer, const struct issuer_order *order, EVP_PKEY *subject,
    struct certificate **out, struct err *err)
{
    EVP_PKEY *signer = issuer != NULL ? issuer->key->pkey : subject;
    struct certificate *certificate = malloc(sizeof *certificate);

    if (certificate == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
    certificate->x509 = X509_new();

    int rc = certificate->x509 == NULL
                 ? openssl_error_set(err, ERR_NO_MEMORY, "no memory for a certificate")
                 : fill(certificate->x509, order, issuer != NULL ? issuer->certificate : NULL,
                       subject, err);

    if (rc == 0 && X509_sign(certificate->x509, signer, EVP_sha256()) == 0)
        rc = openssl_error_set(err, ERR_IO, "cannot sign");
    if (rc < 0) {
        certificate_free(certificate);
        return err_context(err, "certificate of %s", order->common_name);
    }
    *out = certificate;
    return 0;
}

int issuer_issue(const struct issuer *issuer, const struct issuer_order *order,
    const struct private_key *subject, struct certificate **out, struct err *err)
{
    return make(issuer, order, subject->pkey, out, err);
}

int issuer_issue_public(const struct issuer *issuer, const struct issuer_order *order,
    const struct public_key *subject, struct certificate **out, struct err *err)
{
    const uint8_t *p = subject->der;
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)subject->size_bytes);

    if (pkey == NULL)
        return openssl_error_set(err, ERR_INVALID, "no public key in DER");

    int rc = make(issuer, order, pkey, out, err);

    EVP_PKEY_free(pkey);
    return rc;
}

int issuer_issue_like(const struct issuer *issuer, const struct issuer_order *order,
    const struct certificate *subject, struct certificate **out, struct err *err)
{
    EVP_PKEY *pkey = X509_get0_pubkey(subject->x509);

    if (pkey == NULL)
        return openssl_error_set(err, ERR_INVALID, "a certificate without a usable key");
    return make(issuer, order, pkey, out, err);
}

int issuer_self_sign(const struct issuer_order *order, const struct private_key *key,
    struct certificate **out, struct err *err)
{
    return make(NULL, order, key->pkey, out, err);
}
