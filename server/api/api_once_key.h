#ifndef API_ONCE_KEY_H
#define API_ONCE_KEY_H

#include "server/base/err.h"

// With the terminating NUL. A short key would be found by chance.
#define API_ONCE_KEY_MIN 16
#define API_ONCE_KEY_SIZE 129

// Reads a value of Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a string as RFC
// 9651, 3.3.3 has it, in double quotes, of 16 to 128 characters and without parameters.
// ERR_INVALID.
ERR_CHECKED int api_once_key_read(const char *value, char out[API_ONCE_KEY_SIZE], struct err *err);

#endif
