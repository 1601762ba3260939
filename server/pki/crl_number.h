#ifndef PKI_CRL_NUMBER_H
#define PKI_CRL_NUMBER_H

#include <stdint.h>

#include "server/base/err.h"

// The number of a folder's next list, durably: higher than all it has given before, and at least
// the time in seconds, so that it is even where the last one's was lost. FOLDER/crlnumber keeps it
// as `openssl ca` does. ERR_INVALID if that is no number; as file_read() and file_replace().
ERR_CHECKED int crl_number_take(const char *folder, int64_t now_ms, uint64_t *out, struct err *err);

#endif
