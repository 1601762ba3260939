#ifndef REPLACEMENT_STORE_H
#define REPLACEMENT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/store/store.h"

// Which device replaced which. All: ERR_IO if the database fails.

struct replacement {
    char mac[MAC_SIZE];   // of the device that came
    char old[MAC_SIZE];   // whose place it got
    char place[MAC_SIZE]; // of the first that had it, by which the configuration knows it; its own
                          // if somebody else has it since
    int64_t at_ms;
    bool is_given_back; // to `old`, who came back for it at that time
};

// How a device came to its place. ERR_NOT_FOUND if it replaced none.
ERR_CHECKED int replacement_store_get(
    struct store_connection *connection, const char *mac, struct replacement *out, struct err *err);

// The last device that replaced this one, and has not given the place back. ERR_NOT_FOUND.
ERR_CHECKED int replacement_store_get_of(
    struct store_connection *connection, const char *old, struct replacement *out, struct err *err);

// The device whose place one has, its own if it replaced none: what the configuration calls it. A
// read of its own; any thread.
ERR_CHECKED int replacement_store_read_place(
    struct store *store, const char *mac, char out[MAC_SIZE], struct err *err);

// Inserts or replaces.
ERR_CHECKED int replacement_store_put(
    struct store_connection *connection, const struct replacement *replacement, struct err *err);

// Who replaced a device replaced another instead, unless that is itself, or it gave the place back.
ERR_CHECKED int replacement_store_relink(
    struct store_connection *connection, const char *old, const char *other, struct err *err);

#endif
