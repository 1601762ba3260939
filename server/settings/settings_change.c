// Changes of layers.
#include "server/settings/settings_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/settings/settings_address.h"
#include "server/settings/settings_check.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"
#include "server/settings/settings_merge.h"
#include "server/settings/settings_rules.h"
#include "server/settings/settings_trial.h"
#include "server/store/group_store.h"

struct changing {
    const struct settings_desk *desk;
    const struct settings_wish *wish;
    struct settings_base base;
    struct settings_outcome *out;
};

static int check_name(
    struct store_connection *connection, const struct settings_wish *wish, struct err *err)
{
    struct device_group group;

    return wish->scope == SETTINGS_GROUP ? group_store_get(connection, wish->name, &group, err) : 0;
}

// --- what the layer is to be

static int unset(json_t *layer, const json_t *names, struct err *err)
{
    size_t i;
    const json_t *name;

    json_array_foreach((json_t *)(uintptr_t)names, i, name)
    {
        if (json_object_del(layer, json_string_value(name)) < 0)
            return err_set(
                err, ERR_NOT_FOUND, "%.40s: it is not set there", json_string_value(name));
    }
    return 0;
}

static int make_layer(struct store_connection *connection, const struct settings_wish *wish,
    const json_t *layer, json_t **out, struct err *err)
{
    json_t *rules = NULL;
    json_t *patch = NULL;
    json_t *next = NULL;
    int rc = settings_rules_read(connection, &rules, err);

    if (rc == 0 && wish->patch != NULL)
        rc = settings_check_patch(wish->patch, rules, &patch, err);
    json_decref(rules);
    if (rc < 0)
        return rc;
    next = settings_merge_compose(wish->replaces ? NULL : layer, patch);
    if (patch == NULL)
        next = json_deep_copy(layer);
    json_decref(patch);
    if (next == NULL)
        return err_set(err, ERR_INVALID, "the patch has more than %d objects within each other",
            SETTINGS_MERGE_DEPTH_MAX);
    rc = unset(next, wish->unset, err);
    if (rc < 0)
        json_decref(next);
    else
        *out = next;
    return rc;
}

static int write_layer(const json_t *layer, char out[SETTINGS_STORE_PATCH_SIZE], struct err *err)
{
    char *text;
    int rc = 0;

    out[0] = '\0';
    if (json_object_size(layer) == 0)
        return 0;
    rc = settings_check_write(layer, &text, err);
    if (rc < 0)
        return rc;
    snprintf(out, SETTINGS_STORE_PATCH_SIZE, "%s", text);
    free(text);
    return 0;
}

// --- what that means for the fleet

static int judge(const json_t *effective, void *ctx, struct err *err)
{
    const struct changing *changing = ctx;
    const struct settings_desk *desk = changing->desk;

    return desk->judge_names(effective, &changing->base, desk->ctx, err);
}

static int count_different(const struct changing *changing, const struct settings_fleet *fleet,
    const char (*before)[SETTINGS_HASH_SIZE])
{
    const struct settings_wish *wish = changing->wish;
    size_t count;
    const struct settings_fleet_device *devices = settings_fleet_devices(fleet, &count);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (strcmp(devices[i].hash, before[i]) == 0)
            continue;
        changing->out->different++;
        if (wish->each_different != NULL)
            rc = wish->each_different(devices[i].config.mac, wish->ctx);
    }
    return rc;
}

static int copy_hashes(
    const struct settings_fleet *fleet, char (**out)[SETTINGS_HASH_SIZE], struct err *err)
{
    size_t count;
    const struct settings_fleet_device *devices = settings_fleet_devices(fleet, &count);

    *out = calloc(count + 1, SETTINGS_HASH_SIZE);
    if (*out == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the hashes of files");
    for (size_t i = 0; i < count; i++)
        memcpy((*out)[i], devices[i].hash, SETTINGS_HASH_SIZE);
    return 0;
}

// Of one device's own settings it is the way to try an address. Of a rollout's end it was asked
// when that began, and devices run with it.
static const char *find_suspect(
    const struct changing *changing, const struct settings_fleet *fleet, const json_t *layer)
{
    const struct settings_address_witness witness = {changing->desk, &changing->base, fleet};
    const struct settings_wish *wish = changing->wish;
    json_t *before;
    const char *suspect;

    if (wish->scope == SETTINGS_DEVICE || wish->force || wish->rollout != NULL)
        return NULL;
    before = json_loads(changing->out->change.before, JSON_REJECT_DUPLICATES, NULL);
    suspect = settings_address_find(layer, before, &witness);
    json_decref(before);
    return suspect;
}

// Two rollouts that try something on the same devices would each be judged by what the other does.
static int check_trials(const struct changing *changing, const struct settings_fleet *fleet,
    const struct settings_layer *of, struct err *err)
{
    const struct settings_trials *trials = settings_fleet_trials(fleet);

    if (!changing->wish->is_tried)
        return 0;
    for (size_t i = 0; i < trials->count; i++) {
        if (settings_fleet_meets(fleet, of, &trials->items[i].of))
            return err_set(err, ERR_CONFLICT,
                "rollout %s brings another config.json to the same devices; let that end, or abort "
                "it",
                trials->items[i].rollout_name);
    }
    if (trials->count == SETTINGS_TRIALS_MAX)
        return err_set(err, ERR_CONFLICT,
            "there are %d rollouts of a configuration already; let one end", SETTINGS_TRIALS_MAX);
    return 0;
}

static int look_at_fleet(struct changing *changing, struct store_connection *connection,
    const json_t *layer, struct err *err)
{
    const char *suspect = NULL;
    struct settings_layer of = {.scope = changing->wish->scope};
    struct settings_fleet *fleet = NULL;
    char(*before)[SETTINGS_HASH_SIZE] = NULL;
    int rc = settings_fleet_load(connection, &changing->base, clock_now_ms(), &fleet, err);

    snprintf(of.name, sizeof of.name, "%s", changing->wish->name);
    if (rc == 0)
        rc = settings_fleet_compute(fleet, NULL, NULL, err);
    if (rc == 0)
        rc = copy_hashes(fleet, &before, err);
    if (rc == 0)
        suspect = find_suspect(changing, fleet, layer);
    if (rc == 0)
        rc = settings_fleet_set(
            fleet, connection, &of, json_object_size(layer) > 0 ? layer : NULL, err);
    if (rc == 0)
        rc = check_trials(changing, fleet, &of, err);
    if (rc == 0)
        rc = settings_fleet_compute(fleet, judge, changing, err);
    if (rc == 0 && suspect != NULL)
        rc = settings_address_refuse(suspect, layer, err);
    if (rc == 0) {
        changing->out->devices = settings_fleet_count(fleet, &of);
        rc = count_different(changing, fleet, (const char(*)[SETTINGS_HASH_SIZE])before);
    }
    free(before);
    settings_fleet_free(fleet);
    return rc;
}

// --- the change

// Reads the layer and decides what it is to be.
static int plan(struct changing *changing, struct store_connection *connection, struct err *err)
{
    const struct settings_wish *wish = changing->wish;
    struct settings_change *change = &changing->out->change;
    struct settings_layer was = {.number = 0};
    json_t *layer = NULL;
    json_t *next = NULL;
    int rc = check_name(connection, wish, err);

    if (rc == 0)
        rc = settings_store_get(connection, wish->scope, wish->name, &was, err);
    if (rc < 0)
        return rc;
    *change = (struct settings_change){.scope = wish->scope};
    snprintf(change->name, sizeof change->name, "%s", wish->name);
    snprintf(change->by, sizeof change->by, "%s", wish->by != NULL ? wish->by->who : "");
    if (wish->rollout != NULL) {
        memcpy(change->by, wish->rollout->patch.by, sizeof change->by);
        memcpy(change->rollout, wish->rollout->name, sizeof change->rollout);
    }
    memcpy(change->before, was.patch, sizeof change->before);
    layer =
        was.patch[0] != '\0' ? json_loads(was.patch, JSON_REJECT_DUPLICATES, NULL) : json_object();
    rc = make_layer(connection, wish, layer, &next, err);
    json_decref(layer);
    if (rc == 0)
        rc = write_layer(next, change->after, err);
    if (rc == 0)
        rc = settings_trial_judge_change(connection, change, err);
    if (rc == 0)
        rc = look_at_fleet(changing, connection, next, err);
    json_decref(next);
    return rc;
}

// A store_job.
static int change_layer(struct store_connection *connection, void *ctx, struct err *err)
{
    struct changing *changing = ctx;
    struct settings_change *change = &changing->out->change;
    int rc = plan(changing, connection, err);

    if (rc < 0 || strcmp(change->before, change->after) == 0)
        return rc;
    change->at_ms = clock_now_ms(); // here, since the writer also moves the clock
    return settings_store_change(connection, change, err);
}

static int run_dry(struct changing *changing, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(changing->desk->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = plan(changing, connection, err);
    store_read_end(changing->desk->store, connection);
    return rc;
}

// Its row of the audit log; object: room for the name that audit_state.c reads.
static struct audit_change audit_of(
    const struct settings_wish *wish, const char *verb, char object[AUDIT_OBJECT_SIZE])
{
    snprintf(object, AUDIT_OBJECT_SIZE, "%s%s%s", settings_store_scope_name(wish->scope),
        wish->name[0] != '\0' ? " " : "", wish->name);
    return (struct audit_change){.by = wish->by,
        .verb = verb,
        .kind = AUDIT_SETTINGS,
        .object = object,
        .forced = wish->force};
}

static int run(struct changing *changing, const char *verb, struct err *err)
{
    char object[AUDIT_OBJECT_SIZE];
    struct audit_change audit = audit_of(changing->wish, verb, object);

    return audit_run(changing->desk->store, &audit, change_layer, changing, err);
}

static int begin(struct changing *changing, struct err *err)
{
    int rc = changing->desk->read_base(&changing->base, changing->desk->ctx);

    *changing->out = (struct settings_outcome){.devices = 0};
    return rc < 0 ? err_set(err, rc, "no memory for settings") : 0;
}

static int run_as(const struct settings_desk *desk, const struct settings_wish *wish,
    const char *verb, struct settings_outcome *out, struct err *err)
{
    struct changing changing = {.desk = desk, .wish = wish, .out = out};
    int rc = begin(&changing, err);

    if (rc < 0)
        return rc;
    rc = wish->dry ? run_dry(&changing, err) : run(&changing, verb, err);
    settings_base_clear(&changing.base);
    return rc;
}

int settings_change_try(const struct settings_desk *desk, struct store_connection *connection,
    const struct settings_wish *wish, struct settings_outcome *out, struct err *err)
{
    struct changing changing = {.desk = desk, .wish = wish, .out = out};
    int rc = begin(&changing, err);

    if (rc < 0)
        return rc;
    rc = plan(&changing, connection, err);
    settings_base_clear(&changing.base);
    return rc;
}

int settings_change_within(const struct settings_desk *desk, struct store_connection *connection,
    const struct settings_wish *wish, struct settings_outcome *out, struct err *err)
{
    struct changing changing = {.desk = desk, .wish = wish, .out = out};
    char object[AUDIT_OBJECT_SIZE];
    struct audit_change audit = audit_of(wish, "set", object);
    int rc = begin(&changing, err);

    if (rc < 0)
        return rc;
    rc = audit_run_within(connection, &audit, change_layer, &changing, err);
    settings_base_clear(&changing.base);
    return rc;
}

int settings_change_run(const struct settings_desk *desk, const struct settings_wish *wish,
    struct settings_outcome *out, struct err *err)
{
    return run_as(desk, wish, wish->patch != NULL ? "set" : "unset", out, err);
}

int settings_change_revert(const struct settings_desk *desk, int64_t number,
    const struct settings_wish *how, struct settings_outcome *out, struct err *err)
{
    struct settings_change past;
    struct settings_wish wish = {
        .replaces = true, .dry = how->dry, .force = how->force, .by = how->by};
    struct store_connection *connection;
    json_t *patch = NULL;
    int rc = store_read_begin(desk->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = settings_store_get_change(connection, number, &past, err);
    store_read_end(desk->store, connection);
    if (rc < 0)
        return rc;
    patch = past.before[0] != '\0' ? json_loads(past.before, JSON_REJECT_DUPLICATES, NULL)
                                   : json_object();
    wish.scope = past.scope;
    wish.name = past.name;
    wish.patch = patch;
    rc = run_as(desk, &wish, "revert", out, err);
    json_decref(patch);
    return rc;
}
