// Certificates for clients of EST.
#include "server/pki/certs_only.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/openssl_types.h"

static bool add(STACK_OF(X509) * list, X509 *x509)
{
    if (X509_up_ref(x509) != 1)
        return false;
    if (sk_X509_push(list, x509) > 0)
        return true;
    X509_free(x509);
    return false;
}

// The functions that make one begin with its content, which this has not.
static bool fill(PKCS7 *pkcs7, struct certificate *const *certificates, size_t count)
{
    PKCS7_SIGNED *signed_data = PKCS7_SIGNED_new();

    if (signed_data == NULL)
        return false;
    pkcs7->type = OBJ_nid2obj(NID_pkcs7_signed);
    pkcs7->d.sign = signed_data;
    signed_data->contents->type = OBJ_nid2obj(NID_pkcs7_data);
    signed_data->cert = sk_X509_new_null();
    if (signed_data->cert == NULL || ASN1_INTEGER_set(signed_data->version, 1) != 1)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!add(signed_data->cert, certificates[i]->x509))
            return false;
    }
    return true;
}

// Takes what OpenSSL allocated into malloc(3)'s hands.
static int give(unsigned char *made, int size, uint8_t **der, size_t *n, struct err *err)
{
    uint8_t *copy = size > 0 ? malloc((size_t)size) : NULL;

    if (copy != NULL) {
        memcpy(copy, made, (size_t)size);
        *der = copy;
        *n = (size_t)size;
    }
    OPENSSL_free(made);
    return copy != NULL ? 0 : openssl_error_set(err, ERR_NO_MEMORY, "no memory for certificates");
}

int certs_only_encode(struct certificate *const *certificates, size_t count, uint8_t **der,
    size_t *n, struct err *err)
{
    PKCS7 *pkcs7 = PKCS7_new();
    unsigned char *made = NULL;
    int size = 0;

    if (pkcs7 != NULL && fill(pkcs7, certificates, count))
        size = i2d_PKCS7(pkcs7, &made);
    PKCS7_free(pkcs7);
    return give(made, size, der, n, err);
}
