#ifndef SIGNER_HISTORY_H
#define SIGNER_HISTORY_H

#include "server/base/err.h"
#include "server/pki/issuer.h"
#include "server/signer/signer_hour.h"
#include "server/signer/signer_recent.h"

// What a signer remembers of what it has signed.
struct signer_memory {
    struct signer_hour *hour;
    struct signer_recent *recent;
};

// Takes what issued.pem in a folder says was issued within the last hour as if this process had
// signed it; by the system's clock, and what is from the future counts from now on. An order is the
// same only if that issuer has signed it. Nothing if there is no record. Else as issued_each().
ERR_CHECKED int signer_history_read(const char *folder, const struct issuer *issuer,
    const struct signer_memory *memory, struct err *err);

#endif
