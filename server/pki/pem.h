#ifndef PKI_PEM_H
#define PKI_PEM_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Turns the first certificate, or the private key, of a PEM text into DER (a key as RFC 5958
// PrivateKeyInfo or as its PEM had it: SEC 1, PKCS#1). The caller frees *der, and wipes it if it is
// a key. ERR_INVALID.
ERR_CHECKED int pem_to_der(
    const uint8_t *pem, size_t n, uint8_t **der, size_t *size, struct err *err);

#endif
