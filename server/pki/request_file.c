// Requests for certificates, as files.
#include "server/pki/request_file.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"
#include "server/pki/pem_block.h"

static int fill(X509_REQ *request, const struct private_key *key, const char *common_name,
    const struct subject_names *names, struct err *err)
{
    X509_NAME *subject = X509_NAME_new();
    int rc = 0;

    if (subject == NULL || X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
        X509_NAME_add_entry_by_txt(
            subject, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) != 1 ||
        X509_REQ_set_subject_name(request, subject) != 1 ||
        X509_REQ_set_pubkey(request, key->pkey) != 1)
        rc = openssl_error_set(err, ERR_IO, "cannot make a request for %s", common_name);
    X509_NAME_free(subject);
    if (rc == 0)
        rc = subject_names_ask(names, request, err);
    if (rc == 0 && X509_REQ_sign(request, key->pkey, EVP_sha256()) <= 0)
        rc = openssl_error_set(err, ERR_IO, "cannot sign the request for %s", common_name);
    return rc;
}

static int write_pem(const X509_REQ *request, char **out, struct err *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long n = 0;

    if (bio != NULL && PEM_write_bio_X509_REQ(bio, request) == 1)
        n = BIO_get_mem_data(bio, &text);
    *out = n > 0 ? strndup(text, (size_t)n) : NULL;
    BIO_free(bio);
    return *out != NULL ? 0 : openssl_error_set(err, ERR_NO_MEMORY, "no memory for a request");
}

int request_file_make(const struct private_key *key, const char *common_name,
    const struct subject_names *names, char **out, struct err *err)
{
    X509_REQ *request = X509_REQ_new();
    int rc = request != NULL ? fill(request, key, common_name, names, err)
                             : openssl_error_set(err, ERR_NO_MEMORY, "no memory for a request");

    if (rc == 0)
        rc = write_pem(request, out, err);
    X509_REQ_free(request);
    return rc;
}

// What it signs; NULL if it is none. The caller frees it.
static unsigned char *signed_part(const char *pem, int *n)
{
    BIO *bio = pem_block_open((const uint8_t *)pem, strlen(pem));
    X509_REQ *request = bio != NULL ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
    unsigned char *der = NULL;

    *n = request != NULL ? i2d_re_X509_REQ_tbs(request, &der) : -1;
    X509_REQ_free(request);
    BIO_free(bio);
    ERR_clear_error();
    return der;
}

bool request_file_is_same(const char *a, const char *b)
{
    int a_n;
    int b_n;
    unsigned char *a_der = signed_part(a, &a_n);
    unsigned char *b_der = signed_part(b, &b_n);
    bool same = a_n > 0 && a_n == b_n && memcmp(a_der, b_der, (size_t)a_n) == 0;

    OPENSSL_free(a_der);
    OPENSSL_free(b_der);
    return same;
}

int request_file_parse(
    const uint8_t *pem, size_t n, struct certificate_request *out, struct err *err)
{
    BIO *bio = pem_block_open(pem, n);
    struct pem_block block = {0};
    int rc = ERR_INVALID;

    if (bio != NULL && pem_block_next(bio, &block) &&
        (strcmp(block.label, "CERTIFICATE REQUEST") == 0 ||
            strcmp(block.label, "NEW CERTIFICATE REQUEST") == 0))
        rc = certificate_request_parse(block.der, block.size_bytes, out, err);
    else
        err_set(err, rc, "it is no request for a certificate (PKCS #10) in PEM");
    pem_block_clear(&block);
    BIO_free(bio);
    return rc;
}
