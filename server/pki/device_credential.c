// A device's own certificate and key, told from others.
#include "server/pki/device_credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "common/contract.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"
#include "server/pki/pem_key.h"

#define COMMON_NAME_SIZE 65 // RFC 5280, A.1: ub-common-name
#define PATH_SIZE 4096
#define FILE_MAX ((size_t)64 * 1024)

int device_credential_check_certificate(
    const uint8_t *pem, size_t n, const char *mac, struct err *err)
{
    char name[COMMON_NAME_SIZE] = "";
    struct certificate *certificate;
    int rc = certificate_from_pem(pem, n, &certificate, err);

    if (rc < 0)
        return rc;

    int length = X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate->x509), NID_commonName, name, sizeof name);

    certificate_free(certificate);
    if (length != (int)strlen(mac) || strcmp(name, mac) != 0)
        return err_set(err, ERR_INVALID, "the certificate is that of '%s'", name);
    return 0;
}

int device_credential_check_key_of(
    const char *folder, const char *mac, const uint8_t *pem, size_t n, struct err *err)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s%s", folder, mac, CONTRACT_SUFFIX_CERT);
    uint8_t *certificate;
    size_t certificate_n;
    int rc;

    if (length < 0 || (size_t)length >= sizeof path)
        return err_set(err, ERR_INVALID, "the path of its certificate is too long");
    rc = file_read(path, FILE_MAX, &certificate, &certificate_n, err);
    if (rc < 0)
        return rc;
    rc = device_credential_check_key(pem, n, certificate, certificate_n, err);
    free(certificate);
    if (rc < 0)
        err_context(err, "%s", path);
    return rc;
}

int device_credential_check_key(const uint8_t *pem, size_t n, const uint8_t *certificate_pem,
    size_t certificate_n, struct err *err)
{
    struct certificate *certificate;
    EVP_PKEY *key = NULL;
    int rc = certificate_from_pem(certificate_pem, certificate_n, &certificate, err);

    if (rc < 0)
        return rc;
    rc = pem_key_read(pem, n, &key, err);
    if (rc == 0 && X509_check_private_key(certificate->x509, key) != 1)
        rc = openssl_error_set(err, ERR_INVALID, "the key is not the certificate's");
    EVP_PKEY_free(key);
    certificate_free(certificate);
    return rc;
}
