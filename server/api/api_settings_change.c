// Changes of config.json.
#include "server/api/api_settings_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_settings.h"
#include "server/base/log.h"
#include "server/settings/settings_change.h"
#include "server/settings/settings_check.h"
#include "server/settings/settings_rules.h"
#include "server/settings/settings_schema.h"

static int read_scope(const struct http_request *request, struct settings_wish *wish,
    char mac[MAC_SIZE], struct err *err)
{
    const char *scope = http_request_query(request, "scope");
    const char *name = http_request_query(request, "name");
    int i = 0;

    while (i < SETTINGS_SCOPE_COUNT &&
           (scope == NULL || strcmp(scope, settings_store_scope_name((enum settings_scope)i)) != 0))
        i++;
    if (i == SETTINGS_SCOPE_COUNT)
        return err_set(err, ERR_INVALID, "scope must be fleet, group or device");
    wish->scope = (enum settings_scope)i;
    wish->name = name != NULL ? name : "";
    if ((wish->scope == SETTINGS_FLEET) != (wish->name[0] == '\0'))
        return err_set(err, ERR_INVALID, "name must be that of the group, or the device's MAC");
    if (wish->scope != SETTINGS_DEVICE)
        return 0;
    wish->name = mac;
    return api_members_read_mac(name, mac, err);
}

void api_settings_change_layer_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct settings_wish wish = {.dry = true};
    struct settings_layer layer;
    struct store_connection *connection;
    struct err err = {0};
    char mac[MAC_SIZE];
    int rc = read_scope(request, &wish, mac, &err);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = settings_store_get(connection, wish.scope, wish.name, &layer, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0 && layer.patch[0] == '\0')
        rc = err_set(&err, ERR_NOT_FOUND, "nothing is set there");
    if (rc == 0)
        api_json_send(response, 200, api_settings_layer(&layer));
    else
        api_json_refuse(response, &err);
}

static void append_text(const char *value, void *ctx)
{
    api_json_append(ctx, json_string(value));
}

// What is asked, in the query and the body; the caller gives up patch and *unset.
static int read_wish(const struct http_request *request, struct settings_wish *wish, json_t **patch,
    json_t **unset, struct err *err)
{
    size_t n;
    const uint8_t *body = http_request_body(request, &n);

    wish->dry = api_members_is_set(http_request_query(request, "dry"));
    wish->force = api_members_is_set(http_request_query(request, "force"));
    wish->replaces = api_members_is_set(http_request_query(request, "replace"));
    *unset = json_array();
    http_request_each_query(request, "unset", append_text, unset);
    if (*unset == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for settings");
    wish->unset = *unset;
    if (n == 0 && json_array_size(*unset) == 0)
        return err_set(err, ERR_INVALID, "there is neither a patch in the body, nor \"unset\"");
    if (n == 0 && wish->replaces)
        return err_set(err, ERR_INVALID, "without a patch there is nothing to replace it with");

    int rc = n > 0 ? settings_check_read(body, n, patch, err) : 0;

    wish->patch = *patch;
    return rc;
}

// What is wanted of devices is another now; that it is kept late harms nothing.
static void refresh(const struct api *api)
{
    struct err err = {0};

    if (settings_watch_refresh(api->settings_watch, &err) < 0)
        log_warning("api", "settings: %s", err.message);
}

static void send_outcome(const struct api *api, const struct settings_outcome *outcome, bool dry,
    struct http_response *response)
{
    const struct settings_change *change = &outcome->change;
    json_t *object = json_object();

    if (!dry && change->number != 0) {
        log_info("api", "settings changed number=%lld scope=%s name=\"%s\" by=\"%s\"",
            (long long)change->number, settings_store_scope_name(change->scope), change->name,
            change->by);
        refresh(api);
    }
    api_json_set(
        &object, "number", change->number != 0 ? json_integer(change->number) : json_null());
    api_json_set(&object, "scope", json_string(settings_store_scope_name(change->scope)));
    api_json_set(&object, "name", api_json_text(change->name));
    api_json_set(&object, "before", api_settings_patch(change->before));
    api_json_set(&object, "after", api_settings_patch(change->after));
    api_json_set(&object, "devices", json_integer((json_int_t)outcome->devices));
    api_json_set(&object, "different", json_integer((json_int_t)outcome->different));
    api_json_set(&object, "dry", json_boolean(dry));
    api_json_send(response, 200, object);
}

void api_settings_change_set(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct settings_outcome outcome;
    struct audit_author by;
    struct settings_wish wish = {.by = &by};
    struct err err = {0};
    char mac[MAC_SIZE];
    json_t *patch = NULL;
    json_t *unset = NULL;
    int rc = read_scope(request, &wish, mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = read_wish(request, &wish, &patch, &unset, &err);
    if (rc == 0)
        rc = settings_change_run(api->settings, &wish, &outcome, &err);
    json_decref(patch);
    json_decref(unset);
    if (rc == 0)
        send_outcome(api, &outcome, wish.dry, response);
    else
        api_json_refuse(response, &err);
}

int api_settings_change_read_number(
    const struct http_request *request, int64_t *out, struct err *err)
{
    const char *text = http_request_segment(request, 0);
    char *end = NULL;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0'
               ? 0
               : err_set(err, ERR_INVALID, "'%.40s' is not the number of a change", text);
}

void api_settings_change_revert(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct settings_outcome outcome;
    struct audit_author by;
    struct settings_wish how = {.dry = api_members_is_set(http_request_query(request, "dry")),
        .force = api_members_is_set(http_request_query(request, "force")),
        .by = &by};
    struct err err = {0};
    int64_t number;
    int rc = api_settings_change_read_number(request, &number, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = settings_change_revert(api->settings, number, &how, &outcome, &err);
    if (rc == 0)
        send_outcome(api, &outcome, how.dry, response);
    else
        api_json_refuse(response, &err);
}

// --- the schema

static void send_schema(const struct api *api, struct http_response *response)
{
    struct store_connection *connection;
    struct err err = {0};
    json_t *rules = NULL;
    int rc = store_read_begin(api->store, &connection, &err);

    if (rc == 0) {
        rc = settings_rules_read(connection, &rules, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0)
        api_json_send(response, 200, json_pack("{so}", "properties", rules));
    else
        api_json_refuse(response, &err);
}

void api_settings_change_schema_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    send_schema(ctx, response);
}

void api_settings_change_schema_add(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    struct audit_author by;
    struct err err = {0};
    json_t *rules = NULL;
    int rc = settings_schema_read(body, n, &rules, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = settings_rules_add(api->settings, rules, &by, &err);
    json_decref(rules);
    if (rc == 0)
        send_schema(api, response);
    else
        api_json_refuse(response, &err);
}

void api_settings_change_schema_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct err err = {0};

    api_author_of(request, &by);
    if (settings_rules_remove(api->settings, http_request_segment(request, 0), &by, &err) == 0)
        send_schema(api, response);
    else
        api_json_refuse(response, &err);
}
