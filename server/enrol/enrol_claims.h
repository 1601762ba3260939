#ifndef ENROL_CLAIMS_H
#define ENROL_CLAIMS_H

#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/pki/certificate_facts.h"

// The CA of the claim certificates, which opens enrolment and nothing else: so it must not be one
// that devices' certificates are trusted by.
struct enrol_claims;

// ca_file: PEM, read now and at each reload. auth: who trusts the CA of the devices; borrowed.
// ERR_CONFLICT if a CA is one of those.
ERR_CHECKED int enrol_claims_new(
    const char *ca_file, struct device_auth *auth, struct enrol_claims **out, struct err *err);
void enrol_claims_free(struct enrol_claims *claims);

// Judges by the file as it is now from now on; on failure the old one stays in use.
ERR_CHECKED int enrol_claims_reload(struct enrol_claims *claims, struct err *err);

// Judges a certificate (DER) as authority_judge_client(), by that CA. ERR_DENIED also if it bears a
// MAC as its name, as that is a device's. Whether it is revoked is not looked at. Any thread.
ERR_CHECKED int enrol_claims_judge(struct enrol_claims *claims, const uint8_t *der, size_t n,
    struct certificate_facts *out, struct err *err);

#endif
