// A device's own certificate and key, told from others.
#include "server/pki/device_credential.h"

#include <limits.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define COMMON_NAME_SIZE 65 // RFC 5280, A.1: ub-common-name

static BIO *open_text(const uint8_t *pem, size_t n)
{
    return n <= INT_MAX ? BIO_new_mem_buf(pem, (int)n) : NULL;
}

static X509 *read_certificate(const uint8_t *pem, size_t n)
{
    BIO *text = open_text(pem, n);
    X509 *certificate = text != NULL ? PEM_read_bio_X509(text, NULL, NULL, NULL) : NULL;

    BIO_free(text);
    return certificate;
}

// No passphrase is ever asked for.
static int no_passphrase(char *buffer, int size, int writing, void *ctx)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

static EVP_PKEY *read_key(const uint8_t *pem, size_t n)
{
    BIO *text = open_text(pem, n);
    EVP_PKEY *key = text != NULL ? PEM_read_bio_PrivateKey(text, NULL, no_passphrase, NULL) : NULL;

    BIO_free(text);
    return key;
}

int device_credential_check_certificate(
    const uint8_t *pem, size_t n, const char *mac, struct err *err)
{
    char name[COMMON_NAME_SIZE] = "";
    X509 *certificate = read_certificate(pem, n);

    if (certificate == NULL)
        return err_set(err, ERR_INVALID, "no certificate in PEM");

    int length = X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate), NID_commonName, name, sizeof name);

    X509_free(certificate);
    if (length != (int)strlen(mac) || strcmp(name, mac) != 0)
        return err_set(err, ERR_INVALID, "the certificate is that of '%s'", name);
    return 0;
}

int device_credential_check_key(const uint8_t *pem, size_t n, const uint8_t *certificate_pem,
    size_t certificate_n, struct err *err)
{
    EVP_PKEY *key = read_key(pem, n);
    X509 *certificate = read_certificate(certificate_pem, certificate_n);
    int rc = 0;

    if (key == NULL)
        rc = err_set(err, ERR_INVALID, "no private key in PEM without a passphrase");
    else if (certificate == NULL)
        rc = err_set(err, ERR_INVALID, "no certificate in PEM");
    else if (X509_check_private_key(certificate, key) != 1)
        rc = err_set(err, ERR_INVALID, "the key is not the certificate's");
    X509_free(certificate);
    EVP_PKEY_free(key);
    return rc;
}
