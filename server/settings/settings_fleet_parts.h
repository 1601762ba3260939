#ifndef SETTINGS_FLEET_PARTS_H
#define SETTINGS_FLEET_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/settings/settings_base.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_layers.h"
#include "server/settings/settings_trial.h"

// What a fleet is made of, for settings_fleet.c and settings_fleet_compute.c.

struct settings_fleet_layer {
    char name[SETTINGS_STORE_NAME_SIZE];
    json_t *patch;
};

struct settings_fleet {
    const struct settings_base *base;
    int64_t now_ms;
    json_t *common;                                          // the fleet's layer, or NULL
    json_t *devices;                                         // MAC -> layer
    struct settings_fleet_layer groups[SETTINGS_GROUPS_MAX]; // by name
    size_t group_count;
    struct settings_trials trials;
    struct settings_fleet_device *list;
    size_t count, capacity;
    json_t *known; // groups that a device is in and what is tried on it, as text -> hash
};

// A group that has a layer, or is to get one; or NULL.
const struct settings_fleet_layer *settings_fleet_find_group(
    const struct settings_fleet *fleet, const char *name);

#endif
