#ifndef FIRMWARE_ENROL_REQUEST_H
#define FIRMWARE_ENROL_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>

#include "firmware/core/failure.h"
#include "firmware/core/tls_random.h"

#define REQUEST_CODE_MAX 64 // characters
#define REQUEST_MAX 296     // bytes

// What a certificate is asked for.
struct request {
    mbedtls_pk_context *key;
    struct tls_random *random; // seeded
    const char *mac;           // MAC_LENGTH characters
    const char *code;          // one-time code, or NULL
};

// Writes a certification request (PKCS #10, RFC 2986) in DER for the key, with the MAC as its
// common name and the code as its challengePassword (RFC 2985, 5.4.1), signed with
// ecdsa-with-SHA256 (RFC 5758, 3.2). Returns its bytes. Fails with RESULT_FILE_INVALID if the key
// is not on P-256 or the code is none of 1 to REQUEST_CODE_MAX letters, digits and '(+,-./:=?)
// (PrintableString without the blank), RESULT_TLS_FAILED if it cannot be signed, and
// RESULT_OUT_OF_MEMORY.
int request_write(const struct request *request, uint8_t out[REQUEST_MAX], struct failure *failure);

#endif
