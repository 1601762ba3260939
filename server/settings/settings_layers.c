// The layers of one device.
#include "server/settings/settings_layers.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/settings/settings_member.h"
#include "server/settings/settings_render.h"
#include "server/settings/settings_trial.h"

struct reading {
    struct store_connection *connection;
    const struct settings_layers_device *device;
    struct settings_layers *out;
    struct select_tree *filter;
    struct err *err;
    struct settings_trial found;
    struct settings_trial *trial; // that one, if it has reached the device, or NULL
};

static int append(
    struct settings_layers *layers, const struct settings_layer *layer, struct err *err)
{
    json_t *patch = json_loads(layer->patch, JSON_REJECT_DUPLICATES, NULL);
    size_t i = layers->count;

    if (!json_is_object(patch) || i == SETTINGS_LAYERS_MAX) {
        json_decref(patch);
        return err_set(err, ERR_INVALID, "the settings of %s %s cannot be read",
            settings_store_scope_name(layer->scope), layer->name);
    }
    layers->patches[i] = patch;
    layers->scopes[i] = layer->scope;
    snprintf(layers->names[i], sizeof layers->names[i], "%s", layer->name);
    layers->count++;
    return 0;
}

// 1 if the layer is one of the device's, else 0, or an error.
static int is_member(const struct reading *reading, const struct settings_layer *layer)
{
    int rc;

    if (layer->scope != SETTINGS_GROUP)
        return 1;
    rc = settings_member_read(reading->connection, layer->name, reading->filter, reading->err);
    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    return settings_member_meets(reading->connection, reading->device->mac, reading->filter,
        reading->device->now_ms, reading->err);
}

// Its own counts before the one of its place.
static int take_own(const struct reading *reading, const struct settings_layer *layer)
{
    struct settings_layers *out = reading->out;
    bool is_second = out->count > 0 && out->scopes[out->count - 1] == SETTINGS_DEVICE;

    if (is_second && strcmp(layer->name, reading->device->mac) != 0)
        return 0;
    if (is_second)
        json_decref(out->patches[--out->count]);
    return append(out, layer, reading->err);
}

static int take(const struct settings_layer *layer, void *ctx)
{
    const struct reading *reading = ctx;
    int rc;

    if (layer->scope == SETTINGS_DEVICE)
        return take_own(reading, layer);
    rc = is_member(reading, layer);
    return rc > 0 ? append(reading->out, layer, reading->err) : rc;
}

// Where in the order it belongs.
static size_t place_of(const struct settings_layers *layers, const struct settings_layer *of)
{
    size_t i = 0;

    while (i < layers->count &&
           (layers->scopes[i] < of->scope ||
               (layers->scopes[i] == of->scope && strcmp(layers->names[i], of->name) < 0)))
        i++;
    return i;
}

// Makes room for a layer that there is not yet.
static int insert(
    struct settings_layers *layers, size_t at, const struct settings_layer *of, struct err *err)
{
    if (layers->count == SETTINGS_LAYERS_MAX)
        return err_set(err, ERR_INVALID, "a device has too many layers of settings");
    for (size_t i = layers->count; i > at; i--) {
        layers->patches[i] = layers->patches[i - 1];
        layers->scopes[i] = layers->scopes[i - 1];
        memcpy(layers->names[i], layers->names[i - 1], sizeof layers->names[i]);
    }
    layers->count++;
    layers->patches[at] = NULL;
    layers->scopes[at] = of->scope;
    memcpy(layers->names[at], of->name, sizeof layers->names[at]);
    return 0;
}

// Makes the layer what it is to become.
static int lay_trial(const struct reading *reading)
{
    struct settings_layers *out = reading->out;
    struct settings_trial *trial = reading->trial;
    size_t at = place_of(out, &trial->of);
    bool is_there = at < out->count && out->scopes[at] == trial->of.scope &&
                    strcmp(out->names[at], trial->of.name) == 0;
    int rc = is_there ? 0 : insert(out, at, &trial->of, reading->err);

    if (rc == 0)
        rc = settings_trial_compose(trial, out->patches[at], reading->err);
    if (rc < 0)
        return rc;
    json_decref(out->patches[at]);
    out->patches[at] = json_incref(trial->layer);
    out->tried = json_incref(trial->patch);
    out->tried_at = at;
    memcpy(out->rollout, trial->rollout_name, sizeof out->rollout);
    return 0;
}

static int take_trial(const struct reading *reading)
{
    int rc = is_member(reading, &reading->trial->of);

    return rc > 0 ? lay_trial(reading) : rc;
}

static int read_all(struct reading *reading)
{
    const char *const macs[2] = {reading->device->mac, reading->device->place};
    int rc = settings_trial_read_of(
        reading->connection, reading->device->mac, &reading->found, reading->err);

    if (rc == 0)
        reading->trial = &reading->found;
    if (rc == 0 || rc == ERR_NOT_FOUND)
        rc = settings_store_each_for(reading->connection, macs, take, reading, reading->err);
    if (rc == 0 && reading->trial != NULL)
        rc = take_trial(reading);
    settings_trial_clear(&reading->found);
    return rc;
}

int settings_layers_read(struct store_connection *connection,
    const struct settings_layers_device *device, struct settings_layers *out, struct err *err)
{
    struct settings_layers layers = {.count = 0};
    struct reading reading = {.connection = connection,
        .device = device,
        .out = &layers,
        .filter = malloc(sizeof *reading.filter),
        .err = err};
    int rc;

    if (reading.filter == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for settings");
    rc = read_all(&reading);
    free(reading.filter);
    if (rc < 0)
        settings_layers_clear(&layers);
    else
        *out = layers;
    return rc;
}

void settings_layers_clear(struct settings_layers *layers)
{
    for (size_t i = 0; i < layers->count; i++)
        json_decref(layers->patches[i]);
    json_decref(layers->tried);
    layers->tried = NULL;
    layers->count = 0;
}

int settings_layers_merge(const struct settings_layers *layers, const json_t *base, json_t **out)
{
    return settings_render_merge(base, (const json_t *const *)layers->patches, layers->count, out);
}
