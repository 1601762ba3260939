#ifndef KEY_PERMIT_STORE_H
#define KEY_PERMIT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/store/store.h"

// Which devices may fetch their private key from the download server, each once. All: ERR_IO if the
// database fails.

#define KEY_PERMIT_BY_SIZE 46      // as "uid 1000", or an address
#define KEY_PERMIT_SEALED_MAX 4224 // bytes

struct key_permit {
    char mac[MAC_SIZE];
    char allowed_by[KEY_PERMIT_BY_SIZE];
    int64_t allowed_at_ms;
    int64_t fetched_at_ms; // 0: not yet
    char fetched_from[KEY_PERMIT_BY_SIZE];
    // The key, sealed by key_vault: what put() is to keep, borrowed, at most KEY_PERMIT_SEALED_MAX;
    // get() leaves both zero.
    const uint8_t *sealed;
    size_t sealed_size; // 0: none
};

// ERR_NOT_FOUND: it may not.
ERR_CHECKED int key_permit_store_get(
    struct store_connection *connection, const char *mac, struct key_permit *out, struct err *err);

// The sealed key that waits for it; the caller frees it. ERR_NOT_FOUND: none does, ERR_NO_MEMORY.
ERR_CHECKED int key_permit_store_get_sealed(struct store_connection *connection, const char *mac,
    uint8_t **out, size_t *size, struct err *err);

// Inserts or replaces, the sealed key too: without one, none is kept.
ERR_CHECKED int key_permit_store_put(
    struct store_connection *connection, const struct key_permit *permit, struct err *err);

// Removes it, if there is one.
ERR_CHECKED int key_permit_store_remove(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
