#ifndef FOREIGN_X509_H
#define FOREIGN_X509_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Writes a certificate that another library hands out, as a pointer to OpenSSL's X509, as DER; the
// caller frees it with free(). The certificate itself is freed in any case. ERR_NO_MEMORY.
ERR_CHECKED int foreign_x509_to_der(void *x509, uint8_t **der, size_t *n);

// Frees one that is not wanted; NULL is none.
void foreign_x509_free(void *x509);

#endif
