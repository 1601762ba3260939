#ifndef SETTINGS_WANT_H
#define SETTINGS_WANT_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/settings/settings_base.h"
#include "server/settings/settings_render.h"
#include "server/store/device_config_store.h"
#include "server/store/store.h"

// What one device is to get now, where that cannot wait for settings_watch.h.

struct settings_want {
    struct device_config config;   // as stored; mac "": the device is not known, and all is empty
    char hash[SETTINGS_HASH_SIZE]; // of what it is to get; "": that would be refused,
    char why[256];                 // and why
    bool is_tried;                 // it has what a rollout tries
};

// Within the caller's transaction. The errors of settings_layers.h, ERR_NO_MEMORY.
ERR_CHECKED int settings_want_read(struct store_connection *connection,
    const struct settings_base *base, const char *mac, struct settings_want *out, struct err *err);

// Keeps it, if it is another than what is stored.
ERR_CHECKED int settings_want_keep(
    struct store_connection *connection, const struct settings_want *want, struct err *err);

// The hash of what the device runs, as far as one can tell; "".
const char *settings_want_runs(const struct settings_want *want);

// Whether that is what it is to get, and not only assumed.
bool settings_want_is_met(const struct settings_want *want);

#endif
