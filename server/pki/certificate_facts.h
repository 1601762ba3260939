#ifndef PKI_CERTIFICATE_FACTS_H
#define PKI_CERTIFICATE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/serial.h"
#include "server/pki/certificate.h"
#include "server/pki/digest.h"

// What a certificate says.
struct certificate_facts {
    char common_name[65];                      // RFC 5280, A.1: ub-common-name
    char unit[65];                             // its one organizational unit, or ""
    char serial[SERIAL_SIZE];                  // as server/model/serial.h has it
    char fingerprint[DIGEST_SHA256_TEXT_SIZE]; // SHA-256 of its DER, whatever encoding it came in
    bool is_server;                            // its purposes allow that (serverAuth)
    char ca[DIGEST_SHA256_TEXT_SIZE]; // the same of the CA, once it is found to vouch for it
    int64_t begins_ms;                // its own validity begins
    int64_t not_before_ms;
    int64_t not_after_ms;
};

// Reads a certificate, whoever signed it. ERR_INVALID if its serial number is below zero or longer
// than RFC 5280 has it, ERR_DENIED if its common name is nobody's, ERR_NO_MEMORY.
ERR_CHECKED int certificate_facts_of(
    const struct certificate *certificate, struct certificate_facts *out, struct err *err);

#endif
