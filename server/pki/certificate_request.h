#ifndef CERTIFICATE_REQUEST_H
#define CERTIFICATE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/public_key.h"

#define CERTIFICATE_REQUEST_MAX 4096     // bytes of DER
#define CERTIFICATE_REQUEST_CHALLENGE 64 // bytes of a challengePassword at most

// What somebody who wants a certificate says (PKCS #10, RFC 2986) that counts. Whatever else it
// asks for, as extensions or other parts of its subject, is not looked at.
struct certificate_request {
    char common_name[65]; // RFC 5280, A.1: ub-common-name
    struct public_key key;
    char challenge[CERTIFICATE_REQUEST_CHALLENGE + 1]; // challengePassword (RFC 2985, 5.4.1), or ""
};

// Reads a request of n bytes of DER and verifies that who made it has the private key.
// ERR_TOO_LARGE above CERTIFICATE_REQUEST_MAX; ERR_INVALID if it is damaged, something stands
// behind it, its key is none that public_key.h lists, it has not one common name, more than one
// challengePassword, or such that cannot be a text, or if it is not signed by its own key with
// SHA-256, -384 or -512.
ERR_CHECKED int certificate_request_parse(
    const uint8_t *der, size_t n, struct certificate_request *out, struct err *err);

#endif
