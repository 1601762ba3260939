// What a certificate request asks for.
#include "server/pki/enrolment_request.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"

static X509_REQ *parse(const uint8_t *der, size_t n)
{
    const uint8_t *p = der;
    X509_REQ *request = n <= ENROLMENT_REQUEST_MAX ? d2i_X509_REQ(NULL, &p, (long)n) : NULL;

    if (request != NULL && p == der + n)
        return request;
    X509_REQ_free(request);
    return NULL;
}

// Copies a text that fits in full, and holds no NUL.
static bool copy_text(const ASN1_STRING *string, char *out, size_t size)
{
    unsigned char *text = NULL;
    int n = ASN1_STRING_to_UTF8(&text, string);
    bool fits = n > 0 && (size_t)n < size && memchr(text, 0, (size_t)n) == NULL;

    if (fits)
        memcpy(out, text, (size_t)n + 1);
    OPENSSL_free(text);
    return fits;
}

static int read_name(const X509_REQ *request, struct enrolment_request *out, struct err *err)
{
    const X509_NAME *subject = X509_REQ_get_subject_name(request);
    const X509_NAME_ENTRY *entry =
        X509_NAME_entry_count(subject) == 1 ? X509_NAME_get_entry(subject, 0) : NULL;

    if (entry == NULL || OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != NID_commonName)
        return err_set(
            err, ERR_INVALID, "the request's subject must be a common name and nothing else");
    if (!copy_text(X509_NAME_ENTRY_get_data(entry), out->common_name, sizeof out->common_name))
        return err_set(err, ERR_INVALID, "the request's common name is unusable");
    return 0;
}

static bool is_text(int type)
{
    return type == V_ASN1_UTF8STRING || type == V_ASN1_PRINTABLESTRING ||
           type == V_ASN1_T61STRING || type == V_ASN1_IA5STRING;
}

static int read_code(const X509_REQ *request, struct enrolment_request *out, struct err *err)
{
    int i = X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1);

    if (i < 0)
        return 0;

    X509_ATTRIBUTE *attribute = X509_REQ_get_attr(request, i);
    const ASN1_TYPE *value =
        X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;

    if (X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, i) >= 0 || value == NULL ||
        !is_text(value->type) || !copy_text(value->value.asn1_string, out->code, sizeof out->code))
        return err_set(err, ERR_INVALID,
            "the request's challengePassword must be one text of at most %d bytes",
            ENROLMENT_REQUEST_CODE_SIZE - 1);
    return 0;
}

static int read_key(X509_REQ *request, struct enrolment_request *out, struct err *err)
{
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    unsigned char *der = NULL;
    int n;

    if (key == NULL)
        return openssl_error_set(err, ERR_INVALID, "the request's key cannot be read");
    if (X509_REQ_verify(request, key) != 1)
        return openssl_error_set(
            err, ERR_INVALID, "the request is not signed with the key that it is for");
    n = i2d_PUBKEY(key, &der);
    if (n <= 0)
        return openssl_error_set(err, ERR_NO_MEMORY, "no memory to read a request");
    digest_sha256(der, (size_t)n, out->key_sha256);
    OPENSSL_free(der);
    return 0;
}

int enrolment_request_read(
    const uint8_t *der, size_t n, struct enrolment_request *out, struct err *err)
{
    struct enrolment_request read = {0};
    X509_REQ *request;
    int rc;

    if (n > ENROLMENT_REQUEST_MAX)
        return err_set(
            err, ERR_TOO_LARGE, "the request has more than %d bytes", ENROLMENT_REQUEST_MAX);
    request = parse(der, n);
    if (request == NULL)
        return openssl_error_set(err, ERR_INVALID, "the body is no certificate request");
    rc = read_name(request, &read, err);
    if (rc == 0)
        rc = read_code(request, &read, err);
    if (rc == 0)
        rc = read_key(request, &read, err);
    X509_REQ_free(request);
    ERR_clear_error();
    if (rc == 0)
        *out = read;
    return rc;
}

bool enrolment_request_is_answered(
    const uint8_t *der, size_t n, const struct certificate *certificate)
{
    X509_REQ *request = parse(der, n);
    const EVP_PKEY *asked = request != NULL ? X509_REQ_get0_pubkey(request) : NULL;
    const EVP_PKEY *given = X509_get0_pubkey(certificate->x509);
    bool fits = asked != NULL && given != NULL && EVP_PKEY_eq(asked, given) == 1;

    X509_REQ_free(request);
    ERR_clear_error();
    return fits;
}
