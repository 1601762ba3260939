// Private keys from PEM.
#include "server/pki/pem_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/pem.h"

int pem_key_read(const uint8_t *pem, size_t n, EVP_PKEY **out, struct err *err)
{
    uint8_t *der;
    size_t size;
    int rc = pem_to_der(pem, n, &der, &size, err);

    if (rc < 0)
        return rc;

    const uint8_t *p = der;
    EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &p, (long)size);

    explicit_bzero(der, size);
    free(der);
    if (pkey == NULL)
        return openssl_error_set(err, ERR_INVALID, "holds no private key");
    *out = pkey;
    return 0;
}
