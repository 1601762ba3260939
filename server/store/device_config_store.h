#ifndef DEVICE_CONFIG_STORE_H
#define DEVICE_CONFIG_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/model/device_record.h"
#include "server/store/store.h"

// Which config.json devices run and which they are to run, by their hashes. What a device says of
// it itself is in its row (struct device_status) and counts before what is inferred. All: ERR_IO if
// the database fails.

struct device_config {
    char mac[MAC_SIZE];
    char place[MAC_SIZE];                   // that it has (replacement_store.h), or its own
    char said[DEVICE_CONFIG_HASH_SIZE];     // by the device; "": it does not say
    char fetched[DEVICE_CONFIG_HASH_SIZE];  // the last it has all of, not in use yet; or ""
    int64_t fetched_at_ms;                  //
    char inferred[DEVICE_CONFIG_HASH_SIZE]; // what it runs, as far as one can tell; or ""
    bool is_assumed; // inferred from nothing but what it should have had when it came
    char wanted[DEVICE_CONFIG_HASH_SIZE]; // "": not known yet, or refused
};

// One that nothing is known of has all empty.
ERR_CHECKED int device_config_store_get(struct store_connection *connection, const char *mac,
    struct device_config *out, struct err *err);

// Calls each() for every device, by MAC, until it returns non-zero, which is then returned.
ERR_CHECKED int device_config_store_each(struct store_connection *connection,
    int (*each)(const struct device_config *config, void *ctx), void *ctx, struct err *err);

// A device has all of a config.json. ERR_NOT_FOUND without the device.
ERR_CHECKED int device_config_store_note_fetched(struct store_connection *connection,
    const char *mac, const char *hash, int64_t at_ms, struct err *err);

// It has restarted, not before that time: what it had fetched until then is in use.
ERR_CHECKED int device_config_store_note_start(
    struct store_connection *connection, const char *mac, int64_t boot_ms, struct err *err);

// What it is to run from now on. A device of which nothing else is known is assumed to run what was
// wanted of it first.
ERR_CHECKED int device_config_store_want(
    struct store_connection *connection, const char *mac, const char *hash, struct err *err);

#endif
