#ifndef SETTINGS_CHANGE_H
#define SETTINGS_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/rollout.h"
#include "server/settings/settings_desk.h"
#include "server/store/settings_store.h"

// Changes of layers, each with its place in the history and its row of the audit log in one
// transaction. A layer that would give any device a config.json that it refuses, or that would cut
// it off, is not accepted.

struct settings_wish {
    enum settings_scope scope;
    const char *name;    // of the group, or a canonical MAC; "" of the fleet
    const json_t *patch; // or NULL: merged into the layer
    const json_t *unset; // or NULL: texts, members that the layer is to say nothing of
    bool replaces;       // the patch is the layer from now on
    bool dry;            // only says what would be
    bool force;          // also with an address of which nothing is known (settings_address.h)
    const struct audit_author *by;
    const struct rollout *rollout; // whose end it is, or NULL
    bool is_tried;                 // a rollout is to try it first: no other may on the same devices
    // NULL, or called for each device that gets another file by it, by MAC, until it returns
    // non-zero, an error.
    int (*each_different)(const char *mac, void *ctx);
    void *ctx;
};

struct settings_outcome {
    struct settings_change change; // number 0: nothing is another, or it was dry
    size_t devices;                // that the layer is for
    size_t different;              // that get another file by it
};

// Makes a change. ERR_NOT_FOUND without the group, or if what is to be unset is not set there;
// ERR_INVALID, ERR_TOO_LARGE if it is refused, with the place in words; ERR_CONFLICT for an address
// that more than one device would be told, unless forced, and for what a rollout is about to set;
// the store's errors.
ERR_CHECKED int settings_change_run(const struct settings_desk *desk,
    const struct settings_wish *wish, struct settings_outcome *out, struct err *err);

// Makes the layer of a change as it was before that one. Of the wish dry, force and by count.
ERR_CHECKED int settings_change_revert(const struct settings_desk *desk, int64_t number,
    const struct settings_wish *how, struct settings_outcome *out, struct err *err);

// Says within the caller's transaction what a change would be, as a dry one does. Errors of
// settings_change_run().
ERR_CHECKED int settings_change_try(const struct settings_desk *desk,
    struct store_connection *connection, const struct settings_wish *wish,
    struct settings_outcome *out, struct err *err);

// settings_change_run() within a store_job; an error has changed nothing.
ERR_CHECKED int settings_change_within(const struct settings_desk *desk,
    struct store_connection *connection, const struct settings_wish *wish,
    struct settings_outcome *out, struct err *err);

#endif
