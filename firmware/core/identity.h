#ifndef FIRMWARE_CORE_IDENTITY_H
#define FIRMWARE_CORE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "firmware/core/failure.h"

#define IDENTITY_RSA_BITS_MIN 2048

// Whom the device trusts and who it is.
struct identity {
    mbedtls_x509_crt ca; // one or more
    mbedtls_x509_crt cert;
    mbedtls_pk_context key;
};

void identity_init(struct identity *identity);
void identity_clear(struct identity *identity);

// Read one part from PEM: n bytes with a NUL behind them. Fail with RESULT_FILE_INVALID unless the
// CA's certificates are CAs, the device's certificate has the MAC as its common name (a chain may
// follow it), the key is P-256 or RSA of at least 2048 bits.
int identity_read_ca(
    struct identity *identity, const uint8_t *p, size_t n, struct failure *failure);
int identity_read_cert(struct identity *identity, const uint8_t *p, size_t n, const char *mac,
    struct failure *failure);
int identity_read_key(
    struct identity *identity, const uint8_t *p, size_t n, struct failure *failure);

// Checks that the CA signed the certificate; with_dates: and that it is valid now.
int identity_check_chain(struct identity *identity, bool with_dates, struct failure *failure);

// What is wrong with a certificate, by the library's flags of which one is set at least: the
// result, and in words (static) what it does or is.
enum result identity_judge_flags(uint32_t flags, const char **why);

// Checks that the key is the certificate's.
int identity_check_key(const struct identity *identity, struct failure *failure);

// Whether a public key is one of a kind that we accept anywhere: P-256, or RSA of enough bits.
bool identity_accepts_key(const mbedtls_pk_context *key);

#endif
