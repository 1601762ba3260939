#ifndef ROLLOUT_STORE_H
#define ROLLOUT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/rollout.h"
#include "server/store/store.h"

// Rollouts; their devices are in rollout_device_store.h. All: ERR_IO if the database fails.

// Adds one; its id is written to rollout->id. ERR_CONFLICT if there is one of that name.
ERR_CHECKED int rollout_store_add(
    struct store_connection *connection, struct rollout *rollout, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int rollout_store_get(
    struct store_connection *connection, const char *name, struct rollout *out, struct err *err);

// Writes what changes while it is under way: all but name, kind, image, patch, terms and when it
// was created.
ERR_CHECKED int rollout_store_update(
    struct store_connection *connection, const struct rollout *rollout, struct err *err);

// Calls each() for those that have not ended, the oldest first, until it returns non-zero, which is
// then returned.
ERR_CHECKED int rollout_store_each_open(struct store_connection *connection,
    int (*each)(const struct rollout *rollout, void *ctx), void *ctx, struct err *err);

// Calls each() for at most `limit` of all that are older than that id, the newest first.
ERR_CHECKED int rollout_store_page(struct store_connection *connection,
    const int64_t before_limit[2], int (*each)(const struct rollout *rollout, void *ctx), void *ctx,
    struct err *err);

// Calls each() for every rollout of an image that has not ended or gates it, the newest first.
struct rollout_use {
    const char *image, *name; // borrowed for the call
    enum rollout_state state;
    bool is_gated;
};
ERR_CHECKED int rollout_store_each_use(struct store_connection *connection,
    int (*each)(const struct rollout_use *use, void *ctx), void *ctx, struct err *err);

// Removes one with its devices. Its id is never given again.
ERR_CHECKED int rollout_store_remove(
    struct store_connection *connection, const struct rollout *rollout, struct err *err);

// Selects a row if a rollout has reached a device with an image that it gates; the image stands
// behind it.
#define ROLLOUT_STORE_REACHED(device)                                                              \
    "SELECT 1 FROM rollout_devices AS d JOIN rollouts AS r ON r.id = d.rollout"                    \
    " WHERE d.device = " device " AND d.stage IN (1, 2, 3) AND r.gated = 1 AND r.image = "

// Whether a device may have a gated image, as a rollout has reached it: 1 or 0, or an error.
ERR_CHECKED int rollout_store_is_reached(
    struct store_connection *connection, const char *image, const char *mac, struct err *err);

// Ends the gates of rollouts of that image that have ended.
ERR_CHECKED int rollout_store_lift_gates(
    struct store_connection *connection, const char *image, struct err *err);

#endif
