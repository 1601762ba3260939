#ifndef PKI_ENROLMENT_REQUEST_H
#define PKI_ENROLMENT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/digest.h"

#define ENROLMENT_REQUEST_MAX 4096     // bytes of DER
#define ENROLMENT_REQUEST_CODE_SIZE 65 // of a challengePassword; a longer one is refused

// What decides of a certificate request (PKCS #10, RFC 2986) whether it gets a certificate. Whether
// its key is good enough is for who signs.
struct enrolment_request {
    char common_name[65];                     // all that its subject holds
    char key_sha256[DIGEST_SHA256_TEXT_SIZE]; // of its public key (SubjectPublicKeyInfo)
    char code[ENROLMENT_REQUEST_CODE_SIZE];   // its challengePassword (RFC 2985, 5.4.1), or ""
};

// Reads n bytes of DER, all of them, and checks that whoever made it has the key. ERR_INVALID with
// the reason, ERR_TOO_LARGE, ERR_NO_MEMORY.
ERR_CHECKED int enrolment_request_read(
    const uint8_t *der, size_t n, struct enrolment_request *out, struct err *err);

// Whether a certificate is for the key of such a request.
bool enrolment_request_is_answered(
    const uint8_t *der, size_t n, const struct certificate *certificate);

#endif
