#ifndef COMMAND_KEY_H
#define COMMAND_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/key_permit_store.h"
#include "server/store/store.h"

// Whether a device may fetch its private key from the download server: not unless an operator says
// so, and then once.

// Says so, or takes it back; by: who. It stands in the device's history. *out is
// what holds then, zero if it may not, and its sealed key is not in it. ERR_NOT_FOUND if the device
// has neither reported nor a certificate that is known, ERR_CONFLICT if it is revoked, ERR_IO.
struct command_key_wish {
    const char *mac;
    bool on;
    const struct audit_author *by;
    const uint8_t *sealed; // the key, by key_vault, with `on`
    size_t sealed_size;
};
ERR_CHECKED int command_key_switch(struct store *store, const struct command_key_wish *wish,
    struct key_permit *out, struct err *err);

// Whether it may be told to do so, within a store_job. ERR_CONFLICT with what to do.
ERR_CHECKED int command_key_check(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
