#ifndef FIRMWARE_ENROL_CLAIM_H
#define FIRMWARE_ENROL_CLAIM_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/core/failure.h"
#include "firmware/core/identity.h"

// The files with which a device that has no certificate claims one.
#define CLAIM_CERT "claim.crt"
#define CLAIM_KEY "claim.key"

// Reads a claim certificate in place of the device's own: n bytes of PEM with a NUL behind them. It
// has any name, and is from a CA that the device does not know. Fails with RESULT_FILE_INVALID.
int claim_read_cert(struct identity *identity, const uint8_t *p, size_t n, struct failure *failure);

#endif
