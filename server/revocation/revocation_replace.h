#ifndef REVOCATION_REPLACE_H
#define REVOCATION_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/revocation/revocation.h"
#include "server/revocation/revocation_change.h"
#include "server/store/replacement_store.h"
#include "server/store/status_store.h"
#include "server/store/store.h"

// A device that gets the place of another: name, history and the configuration that the operator
// wrote for it; the other one is revoked.
struct revocation_replace {
    struct revocation_change change; // of the one that goes: its MAC and the reason
    const char *by;                  // the MAC of the one that comes, canonical
    bool force; // although the one that goes is online, or the other one has a history of its own
    struct status_found statuses;

    // Then filled in:
    struct replacement now;
};

// Looks for the statuses that are to move, in many short reads, and whether it may be. As the next.
ERR_CHECKED int revocation_replace_find(
    struct store *store, struct revocation_replace *replace, struct err *err);

// A store_job; ctx is a revocation_replace, or its change, with which that begins. ERR_NOT_FOUND if
// the one that goes is not known; ERR_INVALID if both are one; ERR_CONFLICT if the one that comes
// is revoked, or as revocation_place_check(), or without force, if the one that goes is online or
// the one that comes is no new one.
ERR_CHECKED int revocation_replace_run(
    struct store_connection *connection, void *ctx, struct err *err);

void revocation_replace_clear(struct revocation_replace *replace);

// Gives a device the place of another: as revocation_revoke_device(), and revocation_replace_run().
struct revocation_replace_wish {
    struct store *store;
    struct revocation_wish wish; // of the one that goes
    const char *by;
    bool force;
};
ERR_CHECKED int revocation_replace_device(struct revocation *revocation,
    const struct revocation_replace_wish *wish, struct revocation_outcome *out,
    struct replacement *now, struct err *err);

#endif
