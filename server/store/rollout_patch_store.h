#ifndef ROLLOUT_PATCH_STORE_H
#define ROLLOUT_PATCH_STORE_H

#include <stdint.h>

#include "server/model/rollout.h"
#include "server/store/settings_store.h"
#include "server/store/store.h"

// What rollouts of a configuration that have not ended try on devices. All: ERR_IO if the database
// fails.

struct rollout_trial {
    int64_t rollout; // its id
    char rollout_name[ROLLOUT_NAME_SIZE];
    struct settings_layer layer; // which one it is to change; its patch is the rollout's, number 0
};

// Calls each() for every one, the oldest first, until it returns non-zero, which is then returned.
ERR_CHECKED int rollout_patch_store_each(struct store_connection *connection,
    int (*each)(const struct rollout_trial *trial, void *ctx), void *ctx, struct err *err);

// The one that has reached a device. ERR_NOT_FOUND.
ERR_CHECKED int rollout_patch_store_get(struct store_connection *connection, const char *mac,
    struct rollout_trial *out, struct err *err);

// Calls each() for every device that any of them has reached, by MAC.
ERR_CHECKED int rollout_patch_store_each_device(struct store_connection *connection,
    int (*each)(int64_t rollout, const char *mac, void *ctx), void *ctx, struct err *err);

#endif
