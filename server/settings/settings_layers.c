// The layers of one device.
#include "server/settings/settings_layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/settings/settings_member.h"
#include "server/settings/settings_render.h"

struct reading {
    struct store_connection *connection;
    const struct settings_layers_device *device;
    struct settings_layers *out;
    struct select_tree *filter;
    struct err *err;
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

int settings_layers_read(struct store_connection *connection,
    const struct settings_layers_device *device, struct settings_layers *out, struct err *err)
{
    const char *const macs[2] = {device->mac, device->place};
    struct settings_layers layers = {.count = 0};
    struct reading reading = {connection, device, &layers, malloc(sizeof *reading.filter), err};
    int rc;

    if (reading.filter == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for settings");
    rc = settings_store_each_for(connection, macs, take, &reading, err);
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
    layers->count = 0;
}

int settings_layers_merge(const struct settings_layers *layers, const json_t *base, json_t **out)
{
    return settings_render_merge(base, (const json_t *const *)layers->patches, layers->count, out);
}
