#ifndef SIGNER_USER_H
#define SIGNER_USER_H

#include <sys/types.h>

#include "server/base/err.h"

// The user of a name or number. ERR_NOT_FOUND, ERR_INVALID; ERR_IO if the names cannot be read.
ERR_CHECKED int signer_user_find(const char *name, uid_t *out, struct err *err);

#endif
