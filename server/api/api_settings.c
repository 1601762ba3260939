// What is said of config.json.
#include "server/api/api_settings.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/api/api_members.h"
#include "server/base/clock.h"
#include "server/settings/settings_layers.h"
#include "server/settings/settings_render.h"
#include "server/store/device_config_store.h"
#include "server/store/replacement_store.h"

#define CHANGES_MAX 100 // of one answer

json_t *api_settings_patch(const char *text)
{
    return text[0] != '\0' ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : json_null();
}

static json_t *describe(enum settings_scope scope, const char *name, json_t *patch)
{
    json_t *object = json_object();

    api_json_set(&object, "scope", json_string(settings_store_scope_name(scope)));
    api_json_set(&object, "name", api_json_text(name));
    api_json_set(&object, "patch", patch);
    return object;
}

json_t *api_settings_layer(const struct settings_layer *layer)
{
    json_t *object = describe(layer->scope, layer->name, api_settings_patch(layer->patch));

    api_json_set(&object, "number", json_integer(layer->number));
    return object;
}

static int append_layer(const struct settings_layer *layer, void *ctx)
{
    api_json_append(ctx, api_settings_layer(layer));
    return *(json_t **)ctx != NULL ? 0 : ERR_NO_MEMORY;
}

static int append_change(const struct settings_change *change, void *ctx)
{
    json_t *object = json_object();

    api_json_set(&object, "number", json_integer(change->number));
    api_json_set(&object, "at_ms", json_integer(change->at_ms));
    api_json_set(&object, "by", api_json_text(change->by));
    api_json_set(&object, "scope", json_string(settings_store_scope_name(change->scope)));
    api_json_set(&object, "name", api_json_text(change->name));
    api_json_set(&object, "before", api_settings_patch(change->before));
    api_json_set(&object, "after", api_settings_patch(change->after));
    api_json_set(&object, "rollout", api_json_text(change->rollout));
    api_json_append(ctx, object);
    return *(json_t **)ctx != NULL ? 0 : ERR_NO_MEMORY;
}

// An api_list_read; ctx: the change after which they are read, or -1: as they are now.
static int read_layers(
    struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    const int64_t at = *(const int64_t *)ctx;
    struct settings_change change;
    int rc = 0;

    if (at < 0)
        return settings_store_each(connection, append_layer, list, err);
    if (at > 0)
        rc = settings_store_get_change(connection, at, &change, err);
    return rc < 0 ? rc : settings_store_each_at(connection, at, append_layer, list, err);
}

// An api_list_read; ctx: before which change, or -1.
static int read_history(
    struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    const int64_t before = *(const int64_t *)ctx;

    return settings_store_each_change(
        connection, before < 0 ? 0 : before, CHANGES_MAX, append_change, list, err);
}

static void send_list(const struct http_request *request, struct http_response *response,
    const struct api *api, const char *parameter, api_list_read *read)
{
    int64_t number = -1;
    struct err err = {0};

    if (api_members_read_number(parameter, http_request_query(request, parameter), &number, &err) <
        0)
        api_json_refuse(response, &err);
    else
        api_list_send(api, read, &number, response);
}

void api_settings_list(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    send_list(request, response, ctx, "at", read_layers);
}

void api_settings_history(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    send_list(request, response, ctx, "before", read_history);
}

// --- one device

static const char *basis_of(const struct device_config *config)
{
    if (config->said[0] != '\0')
        return "reported";
    if (config->inferred[0] == '\0')
        return NULL;
    return config->is_assumed ? "assumed" : "inferred";
}

static json_t *describe_config(const struct device_config *config)
{
    const char *runs = config->said[0] != '\0' ? config->said : config->inferred;
    const char *basis = basis_of(config);
    bool known = runs[0] != '\0' && config->wanted[0] != '\0';
    json_t *object = json_object();

    api_json_set(&object, "hash", api_json_text(runs));
    api_json_set(&object, "basis", basis != NULL ? json_string(basis) : json_null());
    api_json_set(&object, "wanted", api_json_text(config->wanted));
    api_json_set(&object, "fetched", api_json_text(config->fetched));
    api_json_set(&object, "fetched_at_ms",
        config->fetched_at_ms != 0 ? json_integer(config->fetched_at_ms) : json_null());
    api_json_set(
        &object, "drifted", known ? json_boolean(strcmp(runs, config->wanted) != 0) : json_null());
    return object;
}

int api_settings_add_to(
    struct store_connection *connection, const char *mac, json_t **object, struct err *err)
{
    struct device_config config;
    int rc = device_config_store_get(connection, mac, &config, err);

    if (rc == 0)
        api_json_set(object, "config", describe_config(&config));
    return rc;
}

// Notes of each member of a patch where it comes from.
static void note_origin(json_t **from, const json_t *patch, json_t *layer)
{
    const char *name;
    const json_t *value;

    json_object_foreach((json_t *)(uintptr_t)patch, name, value)
    {
        api_json_set(from, name, json_incref(layer));
    }
    json_decref(layer);
}

static json_t *describe_origins(const json_t *lowest, const struct settings_layers *layers)
{
    json_t *from = json_object();

    note_origin(&from, lowest, json_string("file"));
    for (size_t i = 0; i < layers->count; i++) {
        note_origin(&from, layers->patches[i],
            json_sprintf("%s%s%s", settings_store_scope_name(layers->scopes[i]),
                layers->names[i][0] != '\0' ? " " : "", layers->names[i]));
        if (layers->tried != NULL && layers->tried_at == i)
            note_origin(&from, layers->tried, json_sprintf("rollout %s", layers->rollout));
    }
    return from;
}

static json_t *describe_effective(
    json_t *effective, const json_t *lowest, const struct settings_layers *layers)
{
    char hash[SETTINGS_HASH_SIZE] = "";
    json_t *object = json_object();
    json_t *list = json_array();
    uint8_t *text = NULL;
    size_t n;

    if (settings_render_file(effective, &text, &n) == 0)
        settings_render_hash(text, n, hash);
    free(text);
    for (size_t i = 0; i < layers->count; i++)
        api_json_append(
            &list, describe(layers->scopes[i], layers->names[i], json_incref(layers->patches[i])));
    api_json_set(&object, "hash", api_json_text(hash));
    api_json_set(&object, "values", effective);
    api_json_set(&object, "from", describe_origins(lowest, layers));
    api_json_set(&object, "layers", list);
    return object;
}

static int read_effective(const struct api *api, const struct settings_layers_device *device,
    const struct settings_layers *layers, json_t **out, struct err *err)
{
    struct settings_base base;
    json_t *effective = NULL;
    json_t *lowest = NULL;
    int rc = api->settings->read_base(&base, api->settings->ctx);

    if (rc == 0) {
        lowest = settings_base_read(&base, settings_base_choose(&base, device->mac, device->place));
        rc = lowest != NULL ? settings_layers_merge(layers, lowest, &effective) : ERR_NO_MEMORY;
        settings_base_clear(&base);
    }
    if (rc == 0)
        *out = describe_effective(effective, lowest, layers);
    else
        err_set(err, rc, "no memory for settings");
    json_decref(lowest);
    return rc;
}

static int read_device(const struct api *api, const char *mac, json_t **out, struct err *err)
{
    char place[MAC_SIZE];
    struct settings_layers_device device = {mac, place, clock_now_ms()};
    struct settings_layers layers = {.count = 0};
    struct store_connection *connection = NULL;
    int rc = replacement_store_read_place(api->store, mac, place, err);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, err);
    if (rc < 0)
        return rc;
    rc = settings_layers_read(connection, &device, &layers, err);
    if (rc == 0)
        rc = read_effective(api, &device, &layers, out, err);
    if (rc == 0)
        rc = api_settings_add_to(connection, mac, out, err);
    store_read_end(api->store, connection);
    settings_layers_clear(&layers);
    return rc;
}

void api_settings_effective(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    struct err err = {0};
    char mac[MAC_SIZE];
    json_t *object = NULL;
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    if (rc == 0)
        rc = read_device(ctx, mac, &object, &err);
    if (rc == 0) {
        api_json_send(response, 200, object);
        return;
    }
    json_decref(object);
    api_json_refuse(response, &err);
}
