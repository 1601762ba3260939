// What every device is to get: the files' hashes.
#include "server/settings/settings_fleet_compute.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/settings/settings_fleet_parts.h"

struct computing {
    struct settings_fleet *fleet;
    settings_fleet_judge *judge;
    void *ctx;
    struct err *err;
};

// What a device gets by.
struct kind {
    uint64_t groups;
    size_t trial;         // of those of the fleet, from 1; 0: none
    const json_t *own;    // its layer, or NULL
    const char *base_mac; // whose values of the base, or NULL
};

// A layer, or what it is to become where that is tried.
static const json_t *pick(const struct settings_fleet *fleet, const struct kind *kind,
    enum settings_scope scope, const struct settings_fleet_layer *group)
{
    const struct settings_trial *trial =
        kind->trial > 0 ? &fleet->trials.items[kind->trial - 1] : NULL;

    if (trial != NULL && trial->of.scope == scope &&
        strcmp(trial->of.name, group != NULL ? group->name : "") == 0)
        return trial->layer;
    return group != NULL ? group->patch : fleet->common;
}

static json_t *merge(const struct settings_fleet *fleet, const struct kind *kind)
{
    const json_t *patches[SETTINGS_LAYERS_MAX];
    json_t *base = settings_base_read(fleet->base, kind->base_mac);
    json_t *out = NULL;
    size_t n = 0;

    patches[n] = pick(fleet, kind, SETTINGS_FLEET, NULL);
    n += patches[n] != NULL;
    for (size_t i = 0; i < fleet->group_count; i++) {
        if ((kind->groups >> i & 1) != 0)
            patches[n++] = pick(fleet, kind, SETTINGS_GROUP, &fleet->groups[i]);
    }
    if (kind->own != NULL)
        patches[n++] = kind->own;
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

static int hash_common(const struct computing *computing, const struct kind *kind,
    const char *whose, char out[SETTINGS_HASH_SIZE])
{
    struct settings_fleet *fleet = computing->fleet;
    char key[48];
    const char *known;
    int rc;

    snprintf(key, sizeof key, "%" PRIx64 ".%zu", kind->groups, kind->trial);
    known = json_string_value(json_object_get(fleet->known, key));
    if (known != NULL) {
        snprintf(out, SETTINGS_HASH_SIZE, "%s", known);
        return 0;
    }
    rc = hash_of(computing, merge(fleet, kind), whose, out);
    if (rc == 0 && json_object_set_new(fleet->known, key, json_string(out)) < 0)
        rc = err_set(computing->err, ERR_NO_MEMORY, "no memory for the hashes of files");
    return rc;
}

static int hash_device(const struct computing *computing, struct settings_fleet_device *device)
{
    const struct settings_fleet *fleet = computing->fleet;
    const struct device_config *config = &device->config;
    const char *base_mac = settings_base_choose(fleet->base, config->mac, config->place);
    struct kind kind = {device->groups, device->trial, settings_fleet_own(fleet, config), base_mac};
    char whose[40];

    snprintf(whose, sizeof whose, "device %s", config->mac);
    if (kind.own != NULL || json_object_get(fleet->base->devices, base_mac) != NULL)
        return hash_of(computing, merge(fleet, &kind), whose, device->hash);
    kind.base_mac = NULL;
    return hash_common(computing, &kind, whose, device->hash);
}

// What devices that may come would get.
static int judge_others(const struct computing *computing)
{
    const struct settings_fleet *fleet = computing->fleet;
    struct kind kind = {.groups = 0};
    char hash[SETTINGS_HASH_SIZE];
    char whose[64];
    json_t *own;
    int rc = hash_common(computing, &kind, "devices without settings of their own", hash);

    for (size_t i = 0; rc == 0 && i < fleet->group_count; i++) {
        snprintf(whose, sizeof whose, "a device of group %s", fleet->groups[i].name);
        kind.groups = (uint64_t)1 << i;
        rc = hash_common(computing, &kind, whose, hash);
    }
    kind.groups = 0;
    json_object_foreach(fleet->devices, kind.base_mac, own)
    {
        kind.own = own;
        snprintf(whose, sizeof whose, "device %s", kind.base_mac);
        if (rc == 0)
            rc = hash_of(computing, merge(fleet, &kind), whose, hash);
    }
    return rc;
}

static int compose_trials(struct settings_fleet *fleet, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < fleet->trials.count; i++) {
        struct settings_trial *trial = &fleet->trials.items[i];
        const struct settings_fleet_layer *group = settings_fleet_find_group(fleet, trial->of.name);

        rc = settings_trial_compose(trial,
            trial->of.scope == SETTINGS_FLEET ? fleet->common
            : group != NULL                   ? group->patch
                                              : NULL,
            err);
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
    rc = compose_trials(fleet, err);
    if (rc == 0)
        rc = judge_others(&computing);
    for (size_t i = 0; rc == 0 && i < fleet->count; i++)
        rc = hash_device(&computing, &fleet->list[i]);
    return rc;
}
