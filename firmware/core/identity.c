// The device's certificates and key.
#include "firmware/core/identity.h"

#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>

#include "firmware/core/tls_library.h"

void identity_init(struct identity *identity)
{
    mbedtls_x509_crt_init(&identity->ca);
    mbedtls_x509_crt_init(&identity->cert);
    mbedtls_pk_init(&identity->key);
}

void identity_clear(struct identity *identity)
{
    mbedtls_x509_crt_free(&identity->ca);
    mbedtls_x509_crt_free(&identity->cert);
    mbedtls_pk_free(&identity->key);
}

bool identity_accepts_key(const mbedtls_pk_context *key)
{
    switch (mbedtls_pk_get_type(key)) {
    case MBEDTLS_PK_RSA: return mbedtls_pk_get_bitlen(key) >= IDENTITY_RSA_BITS_MIN;
    case MBEDTLS_PK_ECKEY:
    case MBEDTLS_PK_ECDSA: return tls_library_curve(key) == MBEDTLS_ECP_DP_SECP256R1;
    default: return false;
    }
}

#define CA "ca.crt"
#define CERTIFICATE "device certificate"
#define KEY "device key"

static const char no_certificate[] = "is no certificate in PEM";
static const char weak[] = "neither P-256 nor RSA of 2048 bits";

static int refuse(struct failure *failure, const char *what, const char *why)
{
    return failure_set(failure, RESULT_FILE_INVALID, "%s: %s", what, why);
}

static bool read_certificates(mbedtls_x509_crt *certs, const uint8_t *p, size_t n)
{
    mbedtls_x509_crt_free(certs);
    mbedtls_x509_crt_init(certs);
    return n > 0 && mbedtls_x509_crt_parse(certs, p, n + 1) == 0;
}

int identity_read_ca(struct identity *identity, const uint8_t *p, size_t n, struct failure *failure)
{
    if (!read_certificates(&identity->ca, p, n))
        return refuse(failure, CA, no_certificate);
    for (const mbedtls_x509_crt *ca = &identity->ca; ca != NULL; ca = ca->next) {
        if (!tls_library_is_ca(ca))
            return refuse(failure, CA, "is not the certificate of a CA");
    }
    return 0;
}

static bool has_common_name(const mbedtls_x509_crt *cert, const char *mac)
{
    int found = 0;
    bool good = false;

    for (const mbedtls_x509_name *name = &cert->subject; name != NULL; name = name->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) != 0)
            continue;
        found++;
        good = name->val.len == strlen(mac) && memcmp(name->val.p, mac, name->val.len) == 0;
    }
    return found == 1 && good;
}

int identity_read_cert(
    struct identity *identity, const uint8_t *p, size_t n, const char *mac, struct failure *failure)
{
    if (!read_certificates(&identity->cert, p, n))
        return refuse(failure, CERTIFICATE, no_certificate);
    if (!has_common_name(&identity->cert, mac))
        return refuse(failure, CERTIFICATE, "its common name is not our MAC");
    if (!identity_accepts_key(&identity->cert.pk))
        return refuse(failure, CERTIFICATE, weak);
    return 0;
}

int identity_read_key(
    struct identity *identity, const uint8_t *p, size_t n, struct failure *failure)
{
    mbedtls_pk_free(&identity->key);
    mbedtls_pk_init(&identity->key);
    if (n == 0 || tls_library_read_key(&identity->key, p, n) != 0)
        return refuse(failure, KEY, "is no private key in PEM");
    if (!identity_accepts_key(&identity->key))
        return refuse(failure, KEY, weak);
    return 0;
}

enum result identity_judge_flags(uint32_t flags, const char **why)
{
    static const struct {
        uint16_t flags;
        uint8_t result; // enum result
        const char *why;
    } table[] = {
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED, RESULT_CERTIFICATE_UNTRUSTED, "is not signed by our CA"},
        {MBEDTLS_X509_BADCERT_EXPIRED, RESULT_CERTIFICATE_EXPIRED, "has expired"},
        {MBEDTLS_X509_BADCERT_FUTURE, RESULT_CERTIFICATE_NOT_YET_VALID, "is not yet valid"},
        {MBEDTLS_X509_BADCERT_CN_MISMATCH, RESULT_CERTIFICATE_NAME, "is for another host"},
        {0, RESULT_CERTIFICATE_UNTRUSTED, "is unfit"}, // anything else
    };
    const size_t last = sizeof table / sizeof table[0] - 1;
    size_t found = last;

    for (size_t i = last; i-- > 0;) {
        if ((flags & table[i].flags) != 0)
            found = i;
        flags &= ~(uint32_t)table[i].flags;
    }
    if (flags != 0) // one that the table does not know
        found = last;
    *why = table[found].why;
    return (enum result)table[found].result;
}

int identity_check_chain(struct identity *identity, bool with_dates, struct failure *failure)
{
    const char *why;
    uint32_t flags = 0;
    int rc = mbedtls_x509_crt_verify_with_profile(&identity->cert, &identity->ca, NULL,
        &mbedtls_x509_crt_profile_next, NULL, &flags, NULL, NULL);

    if (rc != 0 && rc != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
        return refuse(failure, CERTIFICATE, "cannot be verified");
    if (!with_dates)
        flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    if (flags == 0)
        return 0;
    (void)identity_judge_flags(flags, &why);
    return refuse(failure, CERTIFICATE, why);
}

int identity_check_key(const struct identity *identity, struct failure *failure)
{
    if (!tls_library_is_pair(&identity->cert.pk, &identity->key))
        return refuse(failure, KEY, "is not the device certificate's");
    return 0;
}
