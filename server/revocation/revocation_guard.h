#ifndef REVOCATION_GUARD_H
#define REVOCATION_GUARD_H

#include "server/base/err.h"
#include "server/store/store.h"

// ERR_CONFLICT if a certificate is a server's: with what happens if it is revoked. serial:
// canonical; it need not be known.
ERR_CHECKED int revocation_guard_check(struct store *store, const char *serial, struct err *err);

#endif
