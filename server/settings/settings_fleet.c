// What every device is to get.
#include "server/settings/settings_fleet.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/settings/settings_member.h"
#include "server/store/device_store.h"

struct group {
    char name[SETTINGS_STORE_NAME_SIZE];
    json_t *patch;
};

struct settings_fleet {
    const struct settings_base *base;
    int64_t now_ms;
    json_t *common;                           // the fleet's layer, or NULL
    json_t *devices;                          // MAC -> layer
    struct group groups[SETTINGS_GROUPS_MAX]; // by name
    size_t group_count;
    struct settings_fleet_device *list;
    size_t count, capacity;
    json_t *known; // groups that a device is in, as text -> hash
};

struct computing {
    struct settings_fleet *fleet;
    settings_fleet_judge *judge;
    void *ctx;
    struct err *err;
};

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

struct marking {
    struct settings_fleet *fleet;
    uint64_t bit;
    size_t at; // of the device that was marked last: both go by MAC
};

static int mark(const struct device_record *device, void *ctx)
{
    struct marking *marking = ctx;
    struct settings_fleet *fleet = marking->fleet;

    while (
        marking->at < fleet->count && strcmp(fleet->list[marking->at].config.mac, device->mac) < 0)
        marking->at++;
    if (marking->at < fleet->count && strcmp(fleet->list[marking->at].config.mac, device->mac) == 0)
        fleet->list[marking->at].groups |= marking->bit;
    return 0;
}

static int mark_members(
    struct settings_fleet *fleet, struct store_connection *connection, size_t i, struct err *err)
{
    struct select_tree *tree = malloc(sizeof *tree);
    struct device_filter filter = {.trees = tree, .tree_count = 1, .now_ms = fleet->now_ms};
    struct marking marking = {fleet, (uint64_t)1 << i, 0};
    int rc;

    if (tree == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    rc = settings_member_read(connection, fleet->groups[i].name, tree, err);
    if (rc == 0)
        rc = device_store_each(connection, &filter, mark, &marking, err);
    free(tree);
    return rc;
}

// Where a group of that name is, or is to be.
static size_t place_of(const struct settings_fleet *fleet, const char *name)
{
    size_t i = 0;

    while (i < fleet->group_count && strcmp(fleet->groups[i].name, name) < 0)
        i++;
    return i;
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
        fleet->groups[i] = (struct group){.patch = json_object()};
        snprintf(fleet->groups[i].name, sizeof fleet->groups[i].name, "%s", name);

        int rc = mark_members(fleet, connection, i, err);

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
    json_decref(fleet->common);
    json_decref(fleet->devices);
    json_decref(fleet->known);
    free(fleet->list);
    free(fleet);
}

// --- computing

// What a device in those groups gets; own: its layer, or NULL; base_mac: whose values of the base,
// or NULL.
static json_t *merge(
    const struct settings_fleet *fleet, uint64_t groups, const json_t *own, const char *base_mac)
{
    const json_t *patches[SETTINGS_LAYERS_MAX];
    json_t *base = settings_base_read(fleet->base, base_mac);
    json_t *out = NULL;
    size_t n = 0;

    if (fleet->common != NULL)
        patches[n++] = fleet->common;
    for (size_t i = 0; i < fleet->group_count; i++) {
        if ((groups >> i & 1) != 0)
            patches[n++] = fleet->groups[i].patch;
    }
    if (own != NULL)
        patches[n++] = own;
    if (base != NULL && settings_render_merge(base, patches, n, &out) < 0)
        out = NULL;
    json_decref(base);
    return out;
}

static int judge(const struct computing *computing, const json_t *effective, struct err *err)
{
    struct settings_judge_server server = settings_base_server(computing->fleet->base);
    int rc = settings_judge_whole(effective, &server, err);

    if (rc == 0 && computing->judge != NULL)
        rc = computing->judge(effective, computing->ctx, err);
    return rc;
}

// Takes the effective file. whose: for the message.
static int hash_of(const struct computing *computing, json_t *effective, const char *whose,
    char out[SETTINGS_HASH_SIZE])
{
    uint8_t *text = NULL;
    size_t n;
    int rc = effective != NULL ? judge(computing, effective, computing->err)
                               : err_set(computing->err, ERR_NO_MEMORY, "no memory for a file");
    bool refused = rc == ERR_INVALID;

    out[0] = '\0';
    if (rc == 0)
        rc = settings_render_file(effective, &text, &n);
    if (rc == 0)
        settings_render_hash(text, n, out);
    free(text);
    json_decref(effective);
    if (refused && computing->judge == NULL) // that is not what was asked
        return 0;
    return rc < 0 ? err_context(computing->err, "%s", whose) : 0;
}

static int hash_common(const struct computing *computing, uint64_t groups, const char *whose,
    char out[SETTINGS_HASH_SIZE])
{
    struct settings_fleet *fleet = computing->fleet;
    char key[24];
    const char *known;
    int rc;

    snprintf(key, sizeof key, "%" PRIx64, groups);
    known = json_string_value(json_object_get(fleet->known, key));
    if (known != NULL) {
        snprintf(out, SETTINGS_HASH_SIZE, "%s", known);
        return 0;
    }
    rc = hash_of(computing, merge(fleet, groups, NULL, NULL), whose, out);
    if (rc == 0 && json_object_set_new(fleet->known, key, json_string(out)) < 0)
        rc = err_set(computing->err, ERR_NO_MEMORY, "no memory for the hashes of files");
    return rc;
}

const json_t *settings_fleet_own(
    const struct settings_fleet *fleet, const struct device_config *device)
{
    const json_t *own = json_object_get(fleet->devices, device->mac);

    return own != NULL ? own : json_object_get(fleet->devices, device->place);
}

static int hash_device(const struct computing *computing, struct settings_fleet_device *device)
{
    const struct settings_fleet *fleet = computing->fleet;
    const struct device_config *config = &device->config;
    const char *base_mac = settings_base_choose(fleet->base, config->mac, config->place);
    const json_t *own = settings_fleet_own(fleet, config);
    char whose[40];

    snprintf(whose, sizeof whose, "device %s", config->mac);
    if (own == NULL && json_object_get(fleet->base->devices, base_mac) == NULL)
        return hash_common(computing, device->groups, whose, device->hash);
    return hash_of(computing, merge(fleet, device->groups, own, base_mac), whose, device->hash);
}

// What devices that may come would get.
static int judge_others(const struct computing *computing)
{
    const struct settings_fleet *fleet = computing->fleet;
    char hash[SETTINGS_HASH_SIZE];
    char whose[64];
    const char *mac;
    json_t *own;
    int rc = hash_common(computing, 0, "devices without settings of their own", hash);

    for (size_t i = 0; rc == 0 && i < fleet->group_count; i++) {
        snprintf(whose, sizeof whose, "a device of group %s", fleet->groups[i].name);
        rc = hash_common(computing, (uint64_t)1 << i, whose, hash);
    }
    json_object_foreach(fleet->devices, mac, own)
    {
        snprintf(whose, sizeof whose, "device %s", mac);
        if (rc == 0)
            rc = hash_of(computing, merge(fleet, 0, own, mac), whose, hash);
    }
    return rc;
}

int settings_fleet_compute(
    struct settings_fleet *fleet, settings_fleet_judge *judge_more, void *ctx, struct err *err)
{
    struct err local = {0};
    struct computing computing = {fleet, judge_more, ctx, err != NULL ? err : &local};
    int rc;

    json_decref(fleet->known);
    fleet->known = json_object();
    if (fleet->known == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the hashes of files");
    rc = judge_others(&computing);
    for (size_t i = 0; rc == 0 && i < fleet->count; i++)
        rc = hash_device(&computing, &fleet->list[i]);
    return rc;
}

const struct settings_fleet_device *settings_fleet_devices(
    const struct settings_fleet *fleet, size_t *count)
{
    *count = fleet->count;
    return fleet->list;
}

size_t settings_fleet_count(const struct settings_fleet *fleet, const struct settings_layer *of)
{
    size_t place = place_of(fleet, of->name);
    size_t count = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        const struct settings_fleet_device *device = &fleet->list[i];

        if (of->scope == SETTINGS_FLEET)
            count++;
        else if (of->scope == SETTINGS_GROUP)
            count += place < SETTINGS_GROUPS_MAX && (device->groups >> place & 1) != 0;
        else
            count += strcmp(device->config.mac, of->name) == 0;
    }
    return count;
}
