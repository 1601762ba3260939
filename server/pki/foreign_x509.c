// Certificates that other libraries hand out.
#include "server/pki/foreign_x509.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509.h>

int foreign_x509_to_der(void *x509, uint8_t **der, size_t *n)
{
    int size = i2d_X509(x509, NULL);
    uint8_t *p = size > 0 ? malloc((size_t)size) : NULL;
    unsigned char *end = p;

    if (p != NULL && i2d_X509(x509, &end) != size) {
        free(p);
        p = NULL;
    }
    X509_free(x509);
    ERR_clear_error();
    if (p == NULL)
        return ERR_NO_MEMORY;
    *der = p;
    *n = (size_t)size;
    return 0;
}

void foreign_x509_free(void *x509)
{
    X509_free(x509);
}
