#ifndef OPERATOR_SECRET_H
#define OPERATOR_SECRET_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/model/user.h"

// What programs and browsers show: 32 random bytes as base64url (RFC 4648, 5), of a token behind
// "ses_". Kept as SHA-256, which is enough for what nobody can guess.

#define OPERATOR_SECRET_PREFIX "ses_"
#define OPERATOR_SECRET_COOKIE "__Host-secureesp"
#define OPERATOR_SECRET_SIZE 48 // of a token's, with the terminating NUL

// Make one of a token, and of a session. ERR_IO without random bytes.
ERR_CHECKED int operator_secret_make_token(char out[OPERATOR_SECRET_SIZE], struct err *err);
ERR_CHECKED int operator_secret_make_session(char out[OPERATOR_SECRET_SIZE], struct err *err);

void operator_secret_hash(const char *secret, char out[USER_HASH_SIZE]);

// Reads a token's from the value of Authorization (RFC 6750, 2.1). False if there is none.
bool operator_secret_of_bearer(const char *value, char out[OPERATOR_SECRET_SIZE]);

// Reads a session's from the value of Cookie (RFC 6265, 4.2.1): 1 if there is one, 0 if none bears
// that name, ERR_INVALID if more do, or what does is no secret.
int operator_secret_of_cookie(const char *value, char out[OPERATOR_SECRET_SIZE]);

#endif
