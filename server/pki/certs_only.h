#ifndef PKI_CERTS_ONLY_H
#define PKI_CERTS_ONLY_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

// Writes certificates as a PKCS #7 that holds nothing else: a SignedData without content or
// signers, "certs-only" (RFC 5652, 5.2; RFC 8551, 3.8), in their order. DER, *n bytes; the caller
// frees it. ERR_NO_MEMORY.
ERR_CHECKED int certs_only_encode(struct certificate *const *certificates, size_t count,
    uint8_t **der, size_t *n, struct err *err);

#endif
