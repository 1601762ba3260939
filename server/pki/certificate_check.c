// What peers refuse a certificate for.
#include "server/pki/certificate_check.h"

#include <arpa/inet.h>
#include <stdint.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/clock.h"
#include "server/pki/asn1_time.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"
#include "server/pki/public_key.h"

static int check_version(X509 *x509, struct err *err)
{
    if (X509_get_version(x509) == X509_VERSION_3)
        return 0;
    return err_set(err, ERR_INVALID, "it has version %ld; devices accept only version 3",
        X509_get_version(x509) + 1);
}

// The same keys as for images, for the same reason: Mbed TLS and BearSSL compute with up to 4096
// bits and read points in their long form and curves by their name.
static int check_key(X509 *x509, struct err *err)
{
    uint8_t *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    struct err reason = {0};

    if (n <= 0)
        return openssl_error_set(err, ERR_NO_MEMORY, "cannot take its key");

    int rc = public_key_check_form(der, (size_t)n, &reason);

    OPENSSL_free(der);
    if (rc == 0)
        return 0;
    return err_set(err, ERR_INVALID,
        "its key is neither P-256 nor RSA of 2048 to 4096 bits, which devices accept: %s",
        reason.message);
}

static int check_signature(X509 *x509, struct err *err)
{
    int nid = X509_get_signature_nid(x509);

    if (nid == NID_ecdsa_with_SHA256 || nid == NID_sha256WithRSAEncryption)
        return 0;
    return err_set(err, ERR_INVALID,
        "it is signed with %s; devices verify only SHA-256 with ECDSA or RSA (PKCS #1 v1.5)",
        OBJ_nid2sn(nid));
}

static int check_extensions(X509 *x509, struct err *err)
{
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        X509_EXTENSION *extension = X509_get_ext(x509, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));

        if (X509_EXTENSION_get_critical(extension) && nid != NID_basic_constraints &&
            nid != NID_key_usage && nid != NID_ext_key_usage && nid != NID_subject_alt_name)
            return err_set(err, ERR_INVALID,
                "its critical extension %s is unknown to devices, which refuse it",
                OBJ_nid2sn(nid));
    }
    return 0;
}

static int check_dates(X509 *x509, int64_t now_ms, struct err *err)
{
    int64_t from_ms = asn1_time_ms(X509_get0_notBefore(x509));
    int64_t until_ms = asn1_time_ms(X509_get0_notAfter(x509));
    char text[CLOCK_TEXT_SIZE];

    if (from_ms > now_ms) {
        clock_format(from_ms, text);
        return err_set(err, ERR_INVALID, "it is not valid before %s; is the clock right?", text);
    }
    if (until_ms >= now_ms)
        return 0;
    clock_format(until_ms, text);
    return err_set(err, ERR_INVALID, "it expired on %s; issue a new one", text);
}

static int check_purpose(X509 *x509, int purpose, const char *what, struct err *err)
{
    if (X509_check_purpose(x509, purpose, 0) == 1)
        return 0;
    return err_set(err, ERR_INVALID, "it is not for %s (key usage or extended key usage)", what);
}

// Each signs in the handshake, whose key exchange is ephemeral; OpenSSL takes keyAgreement as well.
static int check_signs(X509 *x509, struct err *err)
{
    if ((X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) != 0) // all bits without the extension
        return 0;
    return err_set(
        err, ERR_INVALID, "its key usage is not digitalSignature, without which devices refuse it");
}

static int check_role(X509 *x509, enum certificate_check_role role, struct err *err)
{
    int rc = 0;

    switch (role) {
    case CERTIFICATE_CHECK_CA:
    case CERTIFICATE_CHECK_INTERMEDIATE:
        if (X509_check_ca(x509) != 1)
            return err_set(err, ERR_INVALID, "it is not a CA's (basicConstraints, keyUsage)");
        if (X509_NAME_entry_count(X509_get_subject_name(x509)) == 0) // RFC 5280, 4.1.2.4
            return err_set(err, ERR_INVALID, "it has no subject, by which it would be found");
        return 0;
    case CERTIFICATE_CHECK_SERVER:
        rc = check_purpose(x509, X509_PURPOSE_SSL_SERVER, "a server", err);
        if (rc == 0)
            rc = check_purpose(
                x509, X509_PURPOSE_SSL_CLIENT, "a client, which it is to the broker", err);
        break;
    case CERTIFICATE_CHECK_DEVICE:
        rc = check_purpose(x509, X509_PURPOSE_SSL_CLIENT, "a client", err);
        break;
    }
    return rc == 0 ? check_signs(x509, err) : rc;
}

int certificate_check(const struct certificate *certificate, enum certificate_check_role role,
    int64_t now_ms, struct err *err)
{
    X509 *x509 = certificate->x509;
    int rc = check_version(x509, err);

    if (rc == 0)
        rc = check_key(x509, err);
    if (rc == 0)
        rc = check_signature(x509, err);
    if (rc == 0)
        rc = check_extensions(x509, err);
    if (rc == 0)
        rc = check_role(x509, role, err);
    return rc == 0 ? check_dates(x509, now_ms, err) : rc;
}

int certificate_check_name(const struct certificate *certificate, const char *name, struct err *err)
{
    const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                           X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                           X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS;
    uint8_t address[4];
    int found = X509_check_host(certificate->x509, name, 0, flags, NULL);

    if (found != 1 && inet_pton(AF_INET, name, address) == 1)
        found = X509_check_ip(certificate->x509, address, sizeof address, 0);
    ERR_clear_error();
    if (found == 1)
        return 0;
    return err_set(err, ERR_INVALID,
        "it does not have the name '%s' (subjectAltName); issue it with --dns or --ip for that "
        "name",
        name);
}
