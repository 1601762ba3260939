// Certificate revocation lists, for whoever reads such.
#include "server/pki/crl.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/clock.h"
#include "server/pki/asn1_time.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"

#define BACKDATE_MS INT64_C(300000)
#define DAY_MS INT64_C(86400000)

static int decide_end(
    const struct issuer *issuer, const struct crl_order *order, int64_t *out, struct err *err)
{
    int64_t ca_ms = certificate_not_after_ms(issuer->certificate);
    int days = order->days != 0 ? order->days : CRL_DAYS_DEFAULT;
    int64_t wanted_ms = order->now_ms + days * DAY_MS;
    char text[CLOCK_TEXT_SIZE];

    clock_format(ca_ms, text);
    if (ca_ms <= order->now_ms)
        return err_set(err, ERR_INVALID, "the CA's certificate ended at %s", text);
    if (wanted_ms > ca_ms && order->days != 0)
        return err_set(err, ERR_INVALID,
            "%d days would outlive the CA, which ends at %s; give at most %lld days", days, text,
            (long long)((ca_ms - order->now_ms) / DAY_MS));
    *out = wanted_ms < ca_ms ? wanted_ms : ca_ms;
    return 0;
}

static bool set_serial(X509_REVOKED *revoked, const char *serial)
{
    BIGNUM *number = NULL;
    bool is_one = serial_is_canonical(serial) && BN_hex2bn(&number, serial) > 0;
    ASN1_INTEGER *integer = is_one ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    bool done = integer != NULL && X509_REVOKED_set_serialNumber(revoked, integer) == 1;

    ASN1_INTEGER_free(integer);
    BN_free(number);
    return done;
}

static bool set_date(X509_REVOKED *revoked, int64_t at_ms)
{
    ASN1_TIME *time = ASN1_TIME_new();
    bool done = time != NULL && asn1_time_set_ms(time, at_ms) &&
                X509_REVOKED_set_revocationDate(revoked, time) == 1;

    ASN1_TIME_free(time);
    return done;
}

static bool set_reason(X509_REVOKED *revoked, int reason)
{
    ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
    bool done = code != NULL && ASN1_ENUMERATED_set(code, reason) == 1 &&
                X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, code, 0, 0) == 1;

    ASN1_ENUMERATED_free(code);
    return done;
}

static int add_entry(X509_CRL *crl, const struct crl_entry *entry, struct err *err)
{
    X509_REVOKED *revoked = X509_REVOKED_new();

    if (revoked == NULL || !set_serial(revoked, entry->serial) ||
        !set_date(revoked, entry->at_ms) ||
        (entry->reason != 0 && !set_reason(revoked, entry->reason)) ||
        X509_CRL_add0_revoked(crl, revoked) != 1) {
        X509_REVOKED_free(revoked);
        return openssl_error_set(
            err, ERR_INVALID, "serial \"%s\" cannot be in a list", entry->serial);
    }
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct crl_entry *const *one = a;
    const struct crl_entry *const *other = b;
    int order = strcmp((*one)->serial, (*other)->serial);

    return order != 0 ? order : (*one > *other) - (*one < *other);
}

// A serial stands there once, by the first of its entries.
static int add_entries(X509_CRL *crl, const struct crl_order *order, struct err *err)
{
    const struct crl_entry **sorted = calloc(order->count + 1, sizeof(const struct crl_entry *));
    int rc = sorted != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a list");

    for (size_t i = 0; rc == 0 && i < order->count; i++)
        sorted[i] = &order->entries[i];
    if (rc == 0)
        qsort(sorted, order->count, sizeof(const struct crl_entry *), compare_entries);
    for (size_t i = 0; rc == 0 && i < order->count; i++) {
        if (i == 0 || strcmp(sorted[i]->serial, sorted[i - 1]->serial) != 0)
            rc = add_entry(crl, sorted[i], err);
    }
    free(sorted);
    return rc;
}

static bool add_number(X509_CRL *crl, uint64_t number)
{
    ASN1_INTEGER *integer = ASN1_INTEGER_new();
    bool done = integer != NULL && ASN1_INTEGER_set_uint64(integer, number) == 1 &&
                X509_CRL_add1_ext_i2d(crl, NID_crl_number, integer, 0, 0) == 1;

    ASN1_INTEGER_free(integer);
    return done;
}

// RFC 5280, 5.2.1. By its name and serial where the CA has no key identifier.
static bool add_key_identifier(X509_CRL *crl, X509 *ca)
{
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, ca, NULL, NULL, crl, 0);
    X509V3_set_ctx_nodb(&ctx);

    X509_EXTENSION *extension =
        X509V3_EXT_nconf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid,issuer");
    bool done = extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return done;
}

static bool set_dates(X509_CRL *crl, int64_t from_ms, int64_t until_ms)
{
    ASN1_TIME *from = ASN1_TIME_new();
    ASN1_TIME *until = ASN1_TIME_new();
    bool done = from != NULL && until != NULL && asn1_time_set_ms(from, from_ms) &&
                asn1_time_set_ms(until, until_ms) && X509_CRL_set1_lastUpdate(crl, from) == 1 &&
                X509_CRL_set1_nextUpdate(crl, until) == 1;

    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return done;
}

static int fill(X509_CRL *crl, const struct issuer *issuer, const struct crl_order *order,
    int64_t until_ms, struct err *err)
{
    X509 *ca = issuer->certificate->x509;
    int rc = add_entries(crl, order, err);

    if (rc < 0)
        return rc;
    if (X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
        X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) != 1 ||
        !set_dates(crl, order->now_ms - BACKDATE_MS, until_ms) || !add_key_identifier(crl, ca) ||
        !add_number(crl, order->number) || X509_CRL_sort(crl) != 1 ||
        X509_CRL_sign(crl, issuer->key->pkey, EVP_sha256()) <= 0)
        return openssl_error_set(err, ERR_IO, "cannot sign a list");
    return 0;
}

static int to_pem(X509_CRL *crl, char **out, struct err *err)
{
    char *memory = NULL;
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());

    if (bio != NULL && PEM_write_bio_X509_CRL(bio, crl) == 1) {
        long size = BIO_get_mem_data(bio, &memory);

        text = size > 0 ? strndup(memory, (size_t)size) : NULL;
    }
    BIO_free(bio);
    if (text == NULL)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory for a list");
    *out = text;
    return 0;
}

int crl_sign(const struct issuer *issuer, const struct crl_order *order, char **pem,
    int64_t *until_ms, struct err *err)
{
    int64_t end_ms = 0;
    int rc = decide_end(issuer, order, &end_ms, err);

    if (rc < 0)
        return rc;
    if ((X509_get_key_usage(issuer->certificate->x509) & KU_CRL_SIGN) == 0)
        return err_set(err, ERR_INVALID,
            "the CA's certificate does not let it sign revocation lists (keyUsage cRLSign)");

    X509_CRL *crl = X509_CRL_new();

    rc = crl != NULL ? fill(crl, issuer, order, end_ms, err)
                     : openssl_error_set(err, ERR_NO_MEMORY, "no memory for a list");
    if (rc == 0)
        rc = to_pem(crl, pem, err);
    X509_CRL_free(crl);
    if (rc == 0)
        *until_ms = end_ms;
    return rc;
}
