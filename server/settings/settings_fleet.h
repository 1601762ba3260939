#ifndef SETTINGS_FLEET_H
#define SETTINGS_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/settings/settings_base.h"
#include "server/settings/settings_layers.h"
#include "server/settings/settings_render.h"
#include "server/settings/settings_trial.h"
#include "server/store/device_config_store.h"

// What every device is to get, at one moment: devices that are in the same groups and have nothing
// of their own get the same file, which is made once.
struct settings_fleet;

struct settings_fleet_device {
    struct device_config config;   // as stored
    uint64_t groups;               // bits: of the groups that have a layer, or are to get one
    size_t trial;                  // what a rollout tries on it, from 1; 0: nothing
    char hash[SETTINGS_HASH_SIZE]; // of what it is to get; "": that would be refused
};

// Reads layers, groups, devices, and what rollouts try on them. The base is borrowed. The caller
// frees it. ERR_IO, ERR_NO_MEMORY, ERR_INVALID.
ERR_CHECKED int settings_fleet_load(struct store_connection *connection,
    const struct settings_base *base, int64_t now_ms, struct settings_fleet **out, struct err *err);
void settings_fleet_free(struct settings_fleet *fleet); // NULL is allowed

// Puts another layer in the place of one, or (patch NULL) takes it away; the patch is copied.
// ERR_NOT_FOUND without the group; ERR_TOO_LARGE if too many groups would have one.
ERR_CHECKED int settings_fleet_set(struct settings_fleet *fleet,
    struct store_connection *connection, const struct settings_layer *of, const json_t *patch,
    struct err *err);

// The devices, by MAC.
const struct settings_fleet_device *settings_fleet_devices(
    const struct settings_fleet *fleet, size_t *count);

// The settings of the device itself, or of the one whose place it has; NULL if there are none.
const json_t *settings_fleet_own(
    const struct settings_fleet *fleet, const struct device_config *device);

// How many devices a layer is for: all, the members of the group, the device if it is known.
size_t settings_fleet_count(const struct settings_fleet *fleet, const struct settings_layer *of);

// What rollouts try.
const struct settings_trials *settings_fleet_trials(const struct settings_fleet *fleet);

// Whether two layers are of the same scope and name, or there is a device that both are for.
bool settings_fleet_meets(const struct settings_fleet *fleet, const struct settings_layer *a,
    const struct settings_layer *b);

#endif
