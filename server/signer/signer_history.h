#ifndef SIGNER_HISTORY_H
#define SIGNER_HISTORY_H

#include "server/base/err.h"
#include "server/signer/signer_hour.h"

// Counts what issued.pem in a folder says was issued within the last hour, as if this process had
// signed it; by the system's clock, and what is from the future counts from now on. Nothing if
// there is no record. Else as issued_each().
ERR_CHECKED int signer_history_read(const char *folder, struct signer_hour *hour, struct err *err);

#endif
