#ifndef HTTP_SIGNER_H
#define HTTP_SIGNER_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Who makes the signatures of handshakes with the server's private key: a library that is faster at
// it than GnuTLS.
#define HTTP_SIGNATURE_MAX 512

struct http_signature {
    size_t size;
    uint8_t bytes[HTTP_SIGNATURE_MAX];
};

struct http_signer {
    // Reads a key, n bytes of PEM. ERR_INVALID.
    int (*open)(const uint8_t *pem, size_t n, void **key, struct err *err);
    // Signs a digest of n bytes, made by the hash of the scheme, its number as in RFC 8446, 4.2.3.
    // Any thread.
    int (*sign)(
        void *key, uint16_t scheme, const uint8_t *digest, size_t n, struct http_signature *out);
    void (*close)(void *key);
};

#endif
