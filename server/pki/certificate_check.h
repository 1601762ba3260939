#ifndef PKI_CERTIFICATE_CHECK_H
#define PKI_CERTIFICATE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

// Certificates as peers will look at them: Mbed TLS and BearSSL on devices, the broker, ourselves.

enum certificate_check_role {
    CERTIFICATE_CHECK_CA,
    CERTIFICATE_CHECK_INTERMEDIATE, // stands between a server's certificate and the CA
    CERTIFICATE_CHECK_SERVER,       // shown to devices, and to the broker as a client
    CERTIFICATE_CHECK_DEVICE,
};

// Judges one by itself: version, key, signature algorithm, critical extensions, purpose, and its
// dates at now_ms. ERR_INVALID with the reason.
ERR_CHECKED int certificate_check(const struct certificate *certificate,
    enum certificate_check_role role, int64_t now_ms, struct err *err);

// Whether it bears a name or IPv4 address as devices compare it: in its subjectAltName, in full or
// with a wildcard for the first label, never by its common name. ERR_INVALID.
ERR_CHECKED int certificate_check_name(
    const struct certificate *certificate, const char *name, struct err *err);

#endif
