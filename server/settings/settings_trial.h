#ifndef SETTINGS_TRIAL_H
#define SETTINGS_TRIAL_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/store/rollout_patch_store.h"
#include "server/store/settings_store.h"
#include "server/store/store.h"

// Patches that rollouts try on the devices that they have reached, before they are set for all. For
// these devices the layer is what it is to become, so that its end changes nothing for them.

#define SETTINGS_TRIALS_MAX 32 // at a time

struct settings_trial {
    int64_t rollout; // its id
    char rollout_name[ROLLOUT_NAME_SIZE];
    struct settings_layer of; // which layer; its patch is the rollout's text
    json_t *patch;
    json_t *layer; // what the layer becomes by it; NULL until settings_trial_compose()
};

struct settings_trials {
    size_t count;
    struct settings_trial items[SETTINGS_TRIALS_MAX];
};

// Read all, and the one that has reached a device (ERR_NOT_FOUND: none has). The caller clears
// *out, which after an error holds nothing. ERR_INVALID if what is stored is no patch, or if there
// are too many; the store's errors.
ERR_CHECKED int settings_trial_read(
    struct store_connection *connection, struct settings_trials *out, struct err *err);
ERR_CHECKED int settings_trial_read_of(struct store_connection *connection, const char *mac,
    struct settings_trial *out, struct err *err);

// Makes trial->layer, of what the layer is now (or NULL). ERR_INVALID if that cannot be.
ERR_CHECKED int settings_trial_compose(
    struct settings_trial *trial, const json_t *now, struct err *err);

void settings_trial_clear(struct settings_trial *trial);
void settings_trial_clear_all(struct settings_trials *trials);

// ERR_CONFLICT if a change of a layer touches what a rollout is about to set there; its own end
// may.
ERR_CHECKED int settings_trial_judge_change(
    struct store_connection *connection, const struct settings_change *change, struct err *err);

#endif
