#ifndef PKI_TLS_SIGNER_H
#define PKI_TLS_SIGNER_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// A TLS server's private key, which signs its handshakes.
struct tls_signer;

#define TLS_SIGNER_SIZE 512 // of a signature at most: RSA-4096

// Reads a key from n bytes of PEM (PKCS#8, SEC 1 or PKCS#1, without a passphrase). ERR_INVALID.
ERR_CHECKED int tls_signer_from_pem(
    const uint8_t *pem, size_t n, struct tls_signer **out, struct err *err);
void tls_signer_free(struct tls_signer *signer);

struct tls_signer_signature {
    size_t size;
    uint8_t bytes[TLS_SIGNER_SIZE];
};

// Signs a digest of n bytes, made by the hash of the scheme, its number as in RFC 8446, 4.2.3.
// ERR_DENIED if that is none of the key's, ERR_INVALID if its hash gives another length, else
// ERR_IO. Any thread.
ERR_CHECKED int tls_signer_sign(const struct tls_signer *signer, uint16_t scheme,
    const uint8_t *digest, size_t n, struct tls_signer_signature *out);

#endif
