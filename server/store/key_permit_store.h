#ifndef KEY_PERMIT_STORE_H
#define KEY_PERMIT_STORE_H

#include <stdint.h>

#include "common/mac.h"
#include "server/store/store.h"

// Which devices may fetch their private key from the download server, each once. All: ERR_IO if the
// database fails.

#define KEY_PERMIT_BY_SIZE 46 // as "uid 1000", or an address

struct key_permit {
    char mac[MAC_SIZE];
    char allowed_by[KEY_PERMIT_BY_SIZE];
    int64_t allowed_at_ms;
    int64_t fetched_at_ms; // 0: not yet
    char fetched_from[KEY_PERMIT_BY_SIZE];
};

// ERR_NOT_FOUND: it may not.
ERR_CHECKED int key_permit_store_get(
    struct store_connection *connection, const char *mac, struct key_permit *out, struct err *err);

// Inserts or replaces.
ERR_CHECKED int key_permit_store_put(
    struct store_connection *connection, const struct key_permit *permit, struct err *err);

// Removes it, if there is one.
ERR_CHECKED int key_permit_store_remove(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
