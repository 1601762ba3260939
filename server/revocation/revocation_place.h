#ifndef REVOCATION_PLACE_H
#define REVOCATION_PLACE_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/store/replacement_store.h"
#include "server/store/store.h"

// Whose place a device has: it goes from one to the next, and back.

// One that goes and one that comes; MACs, canonical.
struct revocation_place_pair {
    const char *old;
    const char *by;
};

// Whether the one that comes was itself replaced by the one that goes: it gets back its own.
ERR_CHECKED int revocation_place_is_undo(struct store_connection *connection,
    const struct revocation_place_pair *pair, bool *out, struct err *err);

// ERR_CONFLICT if the place of the one that goes is another's already, or without force, if the one
// that comes has another's: naming whose, and what to do.
ERR_CHECKED int revocation_place_check(struct store_connection *connection,
    const struct revocation_place_pair *pair, bool force, struct err *err);

// Gives it; *now says how it stands then. The one that goes is revoked before. Should it come back,
// it has its own place again.
ERR_CHECKED int revocation_place_move(struct store_connection *connection,
    const struct revocation_place_pair *pair, struct replacement *now, struct err *err);

#endif
