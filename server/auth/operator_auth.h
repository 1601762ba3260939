#ifndef OPERATOR_AUTH_H
#define OPERATOR_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"

// Which user a client's certificate stands for: one of the operators' profile, which no device and
// no client of the broker has.

// Its organizational unit.
#define OPERATOR_AUTH_UNIT "operator"

struct operator_auth_bearer {
    char name[65]; // the certificate's common name
    char serial[SERIAL_SIZE];
};

// Judged anew at each call. ERR_UNTRUSTED, ERR_EXPIRED and ERR_REVOKED as
// device_auth_judge_client(); ERR_DENIED if it is no operator's, or bears the name of a device;
// else ERR_INVALID. Any thread.
ERR_CHECKED int operator_auth_identify(struct device_auth *auth, const uint8_t *der, size_t n,
    struct operator_auth_bearer *out, struct err *err);

// The same for a handshake. ctx: the device_auth.
ERR_CHECKED int operator_auth_verify(const uint8_t *der, size_t n, void *ctx, struct err *err);

#endif
