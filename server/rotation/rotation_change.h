#ifndef ROTATION_CHANGE_H
#define ROTATION_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/mac.h"
#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/rotation.h"
#include "server/store/store.h"

// The operator's word on a change of the CA. Each is durable when it returns, and may be said
// again.

// Begins one; the CAs by the SHA-256 of their DER. ERR_CONFLICT if another one is under way,
// ERR_INVALID if these are no two of them.
ERR_CHECKED int rotation_change_start(struct store *store, const struct audit_author *by,
    const char *old_ca, const char *new_ca, struct err *err);

struct rotation_change_wish {
    enum rotation_phase to;
    const char (*left)[MAC_SIZE]; // devices that are given up, left_count of them
    size_t left_count;
    const struct audit_author *by; // NULL: the daemon itself
};

// Goes on to the phase certificates, last or aborting. ERR_CONFLICT naming those who would be lost,
// or if that does not follow on what is; ERR_NOT_FOUND if nothing is under way, or one of those
// given up takes no part. *moved is how many are to go back, of aborting.
ERR_CHECKED int rotation_change_advance(
    struct store *store, const struct rotation_change_wish *wish, size_t *moved, struct err *err);

struct rotation_change_text {
    const uint8_t *p;
    size_t n;
    const struct audit_author *by; // who brings it; NULL: the daemon itself
};

// Takes devices' certificates, n bytes of PEM (server/pki/issued.h), by the new CA and by the old:
// all or none. *count: how many were taken; those of others are passed over.
ERR_CHECKED int rotation_change_add_certificates(struct store *store, struct device_auth *auth,
    const struct rotation_change_text *text, size_t *count, struct err *err);

#endif
