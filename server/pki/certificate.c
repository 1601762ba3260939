// Certificates, read and written.
#include "server/pki/certificate.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/file.h"
#include "server/pki/asn1_serial.h"
#include "server/pki/asn1_time.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"
#include "server/pki/pem.h"

#define FILE_MAX_BYTES ((size_t)1024 * 1024)

int certificate_from_der(const uint8_t *der, size_t n, struct certificate **out, struct err *err)
{
    const uint8_t *p = der;
    X509 *x509 = n <= FILE_MAX_BYTES ? d2i_X509(NULL, &p, (long)n) : NULL;
    struct certificate *certificate = malloc(sizeof *certificate);

    if (x509 == NULL || p != der + n || certificate == NULL) {
        X509_free(x509);
        free(certificate);
        return openssl_error_set(err, ERR_INVALID, "holds no certificate");
    }
    certificate->x509 = x509;
    *out = certificate;
    return 0;
}

int certificate_from_pem(const uint8_t *pem, size_t n, struct certificate **out, struct err *err)
{
    uint8_t *der;
    size_t size;
    int rc = pem_to_der(pem, n, &der, &size, err);

    if (rc < 0)
        return rc;
    rc = certificate_from_der(der, size, out, err);
    free(der);
    return rc;
}

int certificate_load(const char *path, struct certificate **out, struct err *err)
{
    uint8_t *pem;
    size_t size;
    int rc = file_read(path, FILE_MAX_BYTES, &pem, &size, err);

    if (rc < 0)
        return rc;
    rc = certificate_from_pem(pem, size, out, err);
    free(pem);
    return rc < 0 ? err_context(err, "certificate %s", path) : 0;
}

void certificate_free(struct certificate *certificate)
{
    if (certificate == NULL)
        return;
    X509_free(certificate->x509);
    free(certificate);
}

int certificate_to_pem(const struct certificate *certificate, char **out, struct err *err)
{
    char *memory = NULL;
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());

    if (bio != NULL && PEM_write_bio_X509(bio, certificate->x509) == 1) {
        long size = BIO_get_mem_data(bio, &memory);

        text = size > 0 ? strndup(memory, (size_t)size) : NULL;
    }
    BIO_free(bio);
    if (text == NULL)
        return openssl_error_set(err, ERR_NO_MEMORY, "cannot write a certificate as PEM");
    *out = text;
    return 0;
}

int certificate_to_der(
    const struct certificate *certificate, uint8_t **out, size_t *n, struct err *err)
{
    int size = i2d_X509(certificate->x509, NULL);
    uint8_t *der = size > 0 ? malloc((size_t)size) : NULL;
    unsigned char *end = der;

    if (der == NULL || i2d_X509(certificate->x509, &end) != size) {
        free(der);
        return openssl_error_set(err, ERR_NO_MEMORY, "cannot write a certificate as DER");
    }
    *out = der;
    *n = (size_t)size;
    return 0;
}

int certificate_serial(
    const struct certificate *certificate, char out[SERIAL_SIZE], struct err *err)
{
    return asn1_serial_read(X509_get0_serialNumber(certificate->x509), out, err);
}

int certificate_fingerprint(
    const struct certificate *certificate, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    uint8_t *der = NULL;
    int n = i2d_X509(certificate->x509, &der);

    if (n <= 0)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory to read a certificate");
    digest_sha256(der, (size_t)n, out);
    OPENSSL_free(der);
    return 0;
}

int certificate_key_id(
    const struct certificate *certificate, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    uint8_t *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate->x509), &der);

    if (n <= 0)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory to read a certificate's key");
    digest_sha256(der, (size_t)n, out);
    OPENSSL_free(der);
    return 0;
}

bool certificate_is_below(const struct certificate *certificate, const struct certificate *ca)
{
    bool is_signed = (X509_get_extension_flags(certificate->x509) & EXFLAG_SS) == 0 &&
                     X509_verify(certificate->x509, X509_get0_pubkey(ca->x509)) == 1;

    ERR_clear_error();
    return is_signed;
}

int64_t certificate_not_before_ms(const struct certificate *certificate)
{
    return asn1_time_ms(X509_get0_notBefore(certificate->x509));
}

int64_t certificate_not_after_ms(const struct certificate *certificate)
{
    return asn1_time_ms(X509_get0_notAfter(certificate->x509));
}
