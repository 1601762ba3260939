// What every device is to get.
#include "server/settings/settings_fleet.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/settings/settings_fleet_group.h"
#include "server/settings/settings_fleet_parts.h"
#include "server/store/rollout_patch_store.h"

static int add_device(const struct device_config *config, void *ctx)
{
    struct settings_fleet *fleet = ctx;

    if (fleet->count == fleet->capacity) {
        size_t capacity = fleet->capacity > 0 ? 2 * fleet->capacity : 256;
        void *list = realloc(fleet->list, capacity * sizeof *fleet->list);

        if (list == NULL)
            return ERR_NO_MEMORY;
        fleet->list = list;
        fleet->capacity = capacity;
    }
    fleet->list[fleet->count++] = (struct settings_fleet_device){.config = *config};
    return 0;
}

// --- groups

// Where a group of that name is, or is to be.
static size_t place_of(const struct settings_fleet *fleet, const char *name)
{
    size_t i = 0;

    while (i < fleet->group_count && strcmp(fleet->groups[i].name, name) < 0)
        i++;
    return i;
}

const struct settings_fleet_layer *settings_fleet_find_group(
    const struct settings_fleet *fleet, const char *name)
{
    size_t i = place_of(fleet, name);

    return i < fleet->group_count && strcmp(fleet->groups[i].name, name) == 0 ? &fleet->groups[i]
                                                                              : NULL;
}

// Makes room for one more group at that place.
static void shift(struct settings_fleet *fleet, size_t i)
{
    uint64_t below = ((uint64_t)1 << i) - 1;

    memmove(&fleet->groups[i + 1], &fleet->groups[i],
        (fleet->group_count - i) * sizeof fleet->groups[0]);
    fleet->group_count++;
    for (size_t d = 0; d < fleet->count; d++) {
        uint64_t groups = fleet->list[d].groups;

        fleet->list[d].groups = (groups & below) | ((groups & ~below) << 1);
    }
}

// A group whose layer is taken away stays with an empty one, which changes nothing.
static int set_group(struct settings_fleet *fleet, struct store_connection *connection,
    const char *name, json_t *patch, struct err *err)
{
    size_t i = place_of(fleet, name);

    if (i == fleet->group_count || strcmp(fleet->groups[i].name, name) != 0) {
        if (fleet->group_count == SETTINGS_GROUPS_MAX)
            return err_set(
                err, ERR_TOO_LARGE, "at most %d groups can have settings", SETTINGS_GROUPS_MAX);
        shift(fleet, i);
        fleet->groups[i] = (struct settings_fleet_layer){.patch = json_object()};
        snprintf(fleet->groups[i].name, sizeof fleet->groups[i].name, "%s", name);

        const struct settings_fleet_group to = {
            fleet->list, fleet->count, (uint64_t)1 << i, fleet->now_ms};
        int rc = settings_fleet_group_mark(connection, name, &to, err);

        if (rc < 0)
            return rc;
    }
    json_decref(fleet->groups[i].patch);
    fleet->groups[i].patch = json_incref(patch);
    return 0;
}

int settings_fleet_set(struct settings_fleet *fleet, struct store_connection *connection,
    const struct settings_layer *of, const json_t *patch, struct err *err)
{
    json_t *copy = patch != NULL ? json_deep_copy(patch) : json_object();
    int rc = copy == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for settings") : 0;

    if (rc == 0 && of->scope == SETTINGS_FLEET) {
        json_decref(fleet->common);
        fleet->common = json_incref(copy);
    } else if (rc == 0 && of->scope == SETTINGS_DEVICE) {
        if (patch == NULL)
            (void)json_object_del(fleet->devices, of->name); // it need not be there
        else if (json_object_set(fleet->devices, of->name, copy) < 0)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for settings");
    } else if (rc == 0) {
        rc = set_group(fleet, connection, of->name, copy, err);
    }
    json_decref(copy);
    return rc;
}

// --- loading

struct loading {
    struct settings_fleet *fleet;
    struct store_connection *connection;
    struct err *err;
};

static int add_layer(const struct settings_layer *layer, void *ctx)
{
    const struct loading *loading = ctx;
    json_t *patch = json_loads(layer->patch, JSON_REJECT_DUPLICATES, NULL);
    int rc =
        json_is_object(patch)
            ? settings_fleet_set(loading->fleet, loading->connection, layer, patch, loading->err)
            : err_set(loading->err, ERR_INVALID, "the settings of %s %s cannot be read",
                  settings_store_scope_name(layer->scope), layer->name);

    json_decref(patch);
    return rc == ERR_NOT_FOUND ? 0 : rc; // a group that is gone has no members
}

static int compare(const void *mac, const void *device)
{
    return strcmp(mac, ((const struct settings_fleet_device *)device)->config.mac);
}

static int mark_tried(int64_t rollout, const char *mac, void *ctx)
{
    struct settings_fleet *fleet = ctx;
    struct settings_fleet_device *device =
        fleet->count > 0 ? bsearch(mac, fleet->list, fleet->count, sizeof *fleet->list, compare)
                         : NULL;

    for (size_t i = 0; device != NULL && device->trial == 0 && i < fleet->trials.count; i++)
        device->trial = fleet->trials.items[i].rollout == rollout ? i + 1 : 0;
    return 0;
}

// The group of one need not have a layer yet.
static int load_trials(
    struct settings_fleet *fleet, struct store_connection *connection, struct err *err)
{
    int rc = settings_trial_read(connection, &fleet->trials, err);

    for (size_t i = 0; rc == 0 && i < fleet->trials.count; i++) {
        const struct settings_layer *of = &fleet->trials.items[i].of;

        if (of->scope == SETTINGS_GROUP && settings_fleet_find_group(fleet, of->name) == NULL)
            rc = settings_fleet_set(fleet, connection, of, NULL, err);
        if (rc == ERR_NOT_FOUND)
            rc = 0;
    }
    return rc < 0 ? rc : rollout_patch_store_each_device(connection, mark_tried, fleet, err);
}

int settings_fleet_load(struct store_connection *connection, const struct settings_base *base,
    int64_t now_ms, struct settings_fleet **out, struct err *err)
{
    struct settings_fleet *fleet = calloc(1, sizeof *fleet);
    struct loading loading = {fleet, connection, err};
    int rc = fleet != NULL && (fleet->devices = json_object()) != NULL ? 0 : ERR_NO_MEMORY;

    if (rc == 0) {
        fleet->base = base;
        fleet->now_ms = now_ms;
        rc = device_config_store_each(connection, add_device, fleet, err);
    }
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for the devices");
    if (rc == 0)
        rc = settings_store_each(connection, add_layer, &loading, err);
    if (rc == 0)
        rc = load_trials(fleet, connection, err);
    if (rc < 0)
        settings_fleet_free(fleet);
    else
        *out = fleet;
    return rc;
}

void settings_fleet_free(struct settings_fleet *fleet)
{
    if (fleet == NULL)
        return;
    for (size_t i = 0; i < fleet->group_count; i++)
        json_decref(fleet->groups[i].patch);
    settings_trial_clear_all(&fleet->trials);
    json_decref(fleet->common);
    json_decref(fleet->devices);
    json_decref(fleet->known);
    free(fleet->list);
    free(fleet);
}

// --- what there is

const json_t *settings_fleet_own(
    const struct settings_fleet *fleet, const struct device_config *device)
{
    const json_t *own = json_object_get(fleet->devices, device->mac);

    return own != NULL ? own : json_object_get(fleet->devices, device->place);
}

const struct settings_fleet_device *settings_fleet_devices(
    const struct settings_fleet *fleet, size_t *count)
{
    *count = fleet->count;
    return fleet->list;
}

const struct settings_trials *settings_fleet_trials(const struct settings_fleet *fleet)
{
    return &fleet->trials;
}

// The bit of a group.
static uint64_t bit_of(const struct settings_fleet *fleet, const char *name)
{
    const struct settings_fleet_layer *group = settings_fleet_find_group(fleet, name);

    return group != NULL ? (uint64_t)1 << (group - fleet->groups) : 0;
}

static bool is_of(const struct settings_fleet *fleet, const struct settings_fleet_device *device,
    const struct settings_layer *of)
{
    switch (of->scope) {
    case SETTINGS_FLEET: return true;
    case SETTINGS_GROUP: return (device->groups & bit_of(fleet, of->name)) != 0;
    default: return strcmp(device->config.mac, of->name) == 0;
    }
}

size_t settings_fleet_count(const struct settings_fleet *fleet, const struct settings_layer *of)
{
    size_t count = 0;

    for (size_t i = 0; i < fleet->count; i++)
        count += is_of(fleet, &fleet->list[i], of);
    return count;
}

bool settings_fleet_meets(const struct settings_fleet *fleet, const struct settings_layer *a,
    const struct settings_layer *b)
{
    if (a->scope == SETTINGS_FLEET || b->scope == SETTINGS_FLEET ||
        (a->scope == b->scope && strcmp(a->name, b->name) == 0))
        return true;
    for (size_t i = 0; i < fleet->count; i++) {
        if (is_of(fleet, &fleet->list[i], a) && is_of(fleet, &fleet->list[i], b))
            return true;
    }
    return false;
}
