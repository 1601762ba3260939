#ifndef REVOCATION_REASON_H
#define REVOCATION_REASON_H

#include <stdbool.h>

#define REVOCATION_REASON_SIZE 24

// Why a certificate, or all of a device's, are revoked: RFC 5280, 5.3.1, in the words of
// `openssl ca -crl_reason`.
#define REVOCATION_REASON_USUAL "keyCompromise"
#define REVOCATION_REASON_HOLD "certificateHold" // the one that can be taken back

// No word of theirs, and none that is given: why is not known, as it was taken from the list for
// the broker when that was newer than the database.
#define REVOCATION_REASON_LISTED "listed"

// All of them in one line, for messages.
#define REVOCATION_REASON_NAMES                                                                    \
    "unspecified, keyCompromise, CACompromise, affiliationChanged, superseded, "                   \
    "cessationOfOperation, certificateHold and privilegeWithdrawn"

// The CRLReason of such a word, -1 if it is none.
int revocation_reason_code(const char *name);

// The same of what stands in the database: REVOCATION_REASON_LISTED is unspecified.
int revocation_reason_stored_code(const char *name);

bool revocation_reason_is_hold(const char *name);

#endif
