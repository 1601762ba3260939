#ifndef SIGNER_POLICY_H
#define SIGNER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/pki/certificate_request.h"

#define SIGNER_POLICY_PREFIXES_MAX 64

// What the signer signs. Nothing that is not said here is signed.
struct signer_policy {
    int64_t days;     // the longest life, and that of who asks for none
    int64_t per_hour; // certificates, in any hour
    bool allows_p256;
    bool allows_rsa;                                     // of 2048 to 4096 bits
    char prefixes[SIGNER_POLICY_PREFIXES_MAX][MAC_SIZE]; // of MACs, lower-case hex digits
    size_t prefix_count;                                 // 0: any MAC
};

// Reads a list of key kinds, "p256" and "rsa", with blanks or commas between. ERR_INVALID.
ERR_CHECKED int signer_policy_read_keys(
    const char *text, struct signer_policy *policy, struct err *err);

// The same of prefixes of MACs, 1 to 12 hex digits each.
ERR_CHECKED int signer_policy_read_prefixes(
    const char *text, struct signer_policy *policy, struct err *err);

// What a certificate's life depends on, beside the policy.
struct signer_policy_life {
    int wanted_days; // 0: as many as there may be
    int64_t now_ms;
    int64_t ca_not_after_ms;
};

// Whether a request that was parsed may be signed, but for how many there were in the hour; *days
// is then how long. ERR_DENIED with the reason; ERR_EXPIRED if the CA's certificate has not even a
// day left.
ERR_CHECKED int signer_policy_judge(const struct signer_policy *policy,
    const struct certificate_request *request, const struct signer_policy_life *life, int *days,
    struct err *err);

#endif
