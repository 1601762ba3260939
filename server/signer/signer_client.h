#ifndef SIGNER_CLIENT_H
#define SIGNER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

// What a device's certificate is asked for with.
struct signer_client_order {
    const uint8_t *csr; // PKCS #10 (RFC 2986), n bytes of DER
    size_t n;
    bool anew;        // not the certificate that the same order got before
    int days;         // 0: as many as the signer's policy gives
    const char *note; // for the signer's log: who approved it; UTF-8 of at most 256 bytes, or NULL
    int64_t timeout_ms; // for all of it
};

// Asks the signer at a Unix socket for a certificate and waits for it; the caller frees it. The
// same order gets the same one for ten minutes, while the signer runs, unless it says anew. It is
// recorded by the signer when this returns, and may be if this fails otherwise than by ERR_INVALID
// or ERR_DENIED. ERR_INVALID if the request is damaged, too large, or not signed with its own key;
// ERR_DENIED if the signer's policy refuses it; ERR_UNAVAILABLE if the signer does not answer, does
// not let this user ask, or has signed as many as its policy allows for an hour: try again later;
// ERR_EXPIRED if its CA's certificate ends before a day is over; ERR_IO if it failed or its answer
// is none; ERR_NO_MEMORY. Any thread.
ERR_CHECKED int signer_client_sign(const char *socket_path, const struct signer_client_order *order,
    struct certificate **out, struct err *err);

#endif
