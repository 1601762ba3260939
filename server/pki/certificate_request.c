// Requests for certificates, read and verified.
#include "server/pki/certificate_request.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "server/base/utf8.h"
#include "server/pki/name_text.h"
#include "server/pki/openssl_error.h"

static int read_key(X509_REQ *request, struct public_key *out, struct err *err)
{
    uint8_t *der = NULL;
    int n = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request), &der);

    if (n <= 0)
        return openssl_error_set(err, ERR_INVALID, "cannot take its key");

    int rc = public_key_from_der(der, (size_t)n, out, err);

    OPENSSL_free(der);
    return rc;
}

// MD5 and SHA-1 prove nothing any more.
static int check_digest(const X509_REQ *request, struct err *err)
{
    int signature = X509_REQ_get_signature_nid(request);
    int digest = NID_undef;

    if (OBJ_find_sigid_algs(signature, &digest, NULL) == 1 &&
        (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512))
        return 0;
    ERR_clear_error();
    return err_set(err, ERR_INVALID, "it is signed with %s; it must be SHA-256, -384 or -512",
        OBJ_nid2sn(signature));
}

static int check_proof(X509_REQ *request, struct err *err)
{
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    int rc = check_digest(request, err);

    if (rc < 0)
        return rc;
    if (key == NULL || X509_REQ_verify(request, key) != 1) {
        ERR_clear_error();
        return err_set(err, ERR_INVALID, "it is not signed by its own key");
    }
    return 0;
}

static int read_common_name(const X509_REQ *request, char out[65], struct err *err)
{
    char name[65] = "";
    int count =
        name_text_read(X509_REQ_get_subject_name(request), NID_commonName, name, sizeof name);

    if (count != 1)
        return err_set(
            err, ERR_INVALID, "it has %s common name", count == 0 ? "no" : "more than one");
    if (name[0] == '\0' || !utf8_is_valid(name))
        return err_set(err, ERR_INVALID, "its common name is unusable");
    memcpy(out, name, sizeof name);
    return 0;
}

// The one value of the attribute; NULL if there are more, or of another type.
static const ASN1_TYPE *one_value(const X509_REQ *request, int at)
{
    X509_ATTRIBUTE *attribute = X509_REQ_get_attr(request, at);

    if (X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, at) >= 0 ||
        X509_ATTRIBUTE_count(attribute) != 1)
        return NULL;
    return X509_ATTRIBUTE_get0_type(attribute, 0);
}

static bool is_text(int type)
{
    switch (type) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING: return true; // DirectoryString
    default: return false;
    }
}

static int read_challenge(
    const X509_REQ *request, char out[CERTIFICATE_REQUEST_CHALLENGE + 1], struct err *err)
{
    int at = X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1);

    out[0] = '\0';
    if (at < 0)
        return 0;

    const ASN1_TYPE *value = one_value(request, at);
    unsigned char *text = NULL;
    int n = -1;

    if (value != NULL && is_text(value->type))
        n = ASN1_STRING_to_UTF8(&text, value->value.asn1_string);

    bool is_good = n > 0 && n <= CERTIFICATE_REQUEST_CHALLENGE &&
                   memchr(text, 0, (size_t)n) == NULL && utf8_is_valid((char *)text);

    if (is_good)
        memcpy(out, text, (size_t)n + 1);
    OPENSSL_free(text);
    ERR_clear_error();
    return is_good ? 0 : err_set(err, ERR_INVALID, "its challengePassword is unusable");
}

// The key before the signature: one of any size could take any time to verify with.
static int read_request(X509_REQ *request, struct certificate_request *out, struct err *err)
{
    int rc = read_key(request, &out->key, err);

    if (rc == 0)
        rc = read_common_name(request, out->common_name, err);
    if (rc == 0)
        rc = read_challenge(request, out->challenge, err);
    return rc == 0 ? check_proof(request, err) : rc;
}

int certificate_request_parse(
    const uint8_t *der, size_t n, struct certificate_request *out, struct err *err)
{
    const uint8_t *p = der;
    struct certificate_request read = {0};

    if (n > CERTIFICATE_REQUEST_MAX)
        return err_set(err, ERR_TOO_LARGE, "certificate request of more than %d bytes",
            CERTIFICATE_REQUEST_MAX);

    X509_REQ *request = d2i_X509_REQ(NULL, &p, (long)n);

    if (request == NULL || p != der + n) {
        X509_REQ_free(request);
        return openssl_error_set(err, ERR_INVALID, "no certificate request in DER");
    }

    int rc = read_request(request, &read, err);

    X509_REQ_free(request);
    if (rc < 0)
        err_context(err, "certificate request");
    else
        *out = read;
    return rc;
}
