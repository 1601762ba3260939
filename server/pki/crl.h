#ifndef PKI_CRL_H
#define PKI_CRL_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/serial.h"
#include "server/pki/issuer.h"

#define CRL_DAYS_DEFAULT 30

// A certificate that is revoked.
struct crl_entry {
    char serial[SERIAL_SIZE];
    int64_t at_ms;
    int reason; // RFC 5280, 5.3.1; 0 (unspecified) is left out, as it says
};

// A list of them that is wanted.
struct crl_order {
    const struct crl_entry *entries; // count of them; of one serial the first counts
    size_t count;
    uint64_t number; // RFC 5280, 5.2.3: each is higher than the one before it
    int days;        // until the next one; 0: CRL_DAYS_DEFAULT, or as long as the CA lasts
    int64_t now_ms;
};

// Signs such a list (RFC 5280, 5) and writes it as PEM, which the caller frees. It holds from five
// minutes before now_ms, as a certificate does; *until_ms is when the next one is due. ERR_INVALID
// if the CA has ended, the list would outlive it, it may sign none, or a serial is none;
// ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int crl_sign(const struct issuer *issuer, const struct crl_order *order, char **pem,
    int64_t *until_ms, struct err *err);

#endif
