// Devices: the list, sent in pieces, one device with its history, and forgetting it.
#include "server/api/api_devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_channel.h"
#include "server/api/api_device.h"
#include "server/api/api_device_key.h"
#include "server/api/api_device_more.h"
#include "server/api/api_device_page.h"
#include "server/api/api_filter.h"
#include "server/api/api_json.h"
#include "server/api/api_marks.h"
#include "server/api/api_members.h"
#include "server/api/api_offer.h"
#include "server/api/api_pages.h"
#include "server/api/api_replacement.h"
#include "server/api/api_revocation.h"
#include "server/api/api_settings.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/command/command_forget.h"
#include "server/store/broker_limit_store.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/event_store.h"
#include "server/store/fault_store.h"
#include "server/store/left_out_store.h"
#include "server/store/status_store.h"

#define RECENT 20 // commands and events of one device
#define RECENT_HOURS 24

// A list under way.
struct list {
    struct device_filter filter; // of these:
    struct api_filter texts;
    char *image_glob; // NULL: all
    char after[MAC_SIZE];
    struct api_pages *pages; // of the present page
    size_t count;            // of its devices
    struct api_device_more more;
    struct err *err;
};

static int write_device(const struct device_record *device, void *ctx)
{
    struct list *list = ctx;
    struct api_text *text = api_pages_begin_row(list->pages);
    int rc;

    api_device_begin(text, device);
    rc = api_device_more_write(&list->more, device->mac, text, list->err);
    api_text_add(text, "}");
    memcpy(list->after, device->mac, sizeof list->after);
    list->count++;
    return text->failed ? ERR_NO_MEMORY : rc;
}

static int read_page(
    struct store_connection *connection, struct api_pages *pages, void *ctx, struct err *err)
{
    struct list *list = ctx;
    char after[MAC_SIZE];
    int rc = api_device_more_open(&list->more, connection, err);

    memcpy(after, list->after, sizeof after);
    list->pages = pages;
    list->err = err;
    list->count = 0;
    if (rc == 0)
        rc = device_store_page(
            connection, &list->filter, after, API_PAGES_ROWS, write_device, list, err);
    api_device_more_close(&list->more);
    if (rc == ERR_NO_MEMORY)
        return err_set(err, rc, "no memory for the list");
    return rc < 0 ? rc : list->count == API_PAGES_ROWS;
}

static void release_list(void *ctx)
{
    struct list *list = ctx;

    if (list == NULL)
        return;
    api_filter_clear(&list->texts);
    free(list->image_glob);
    free(list);
}

static int read_filter(const struct http_request *request, struct list *list, struct err *err)
{
    const char *state = http_request_query(request, "state");
    const char *glob = http_request_query(request, "image");
    int rc = api_filter_add_query(&list->texts, request, err);

    if (rc < 0)
        return rc;
    if (state != NULL && strcmp(state, "online") != 0 && strcmp(state, "offline") != 0 &&
        strcmp(state, "revoked") != 0)
        return err_set(err, ERR_INVALID, "state must be online, offline or revoked");
    list->image_glob = glob != NULL ? strdup(glob) : NULL;
    if (glob != NULL && list->image_glob == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the list");

    api_device_more_read(request, &list->more);

    bool revoked = state != NULL && strcmp(state, "revoked") == 0;

    list->filter = (struct device_filter){
        .online = state == NULL || revoked       ? 0
                  : strcmp(state, "online") == 0 ? 1
                                                 : -1,
        .image_glob = list->image_glob,
        .revoked = revoked,
        .trees = list->texts.trees,
        .tree_count = list->texts.count,
        .now_ms = clock_now_ms(),
    };
    return 0;
}

// NULL if the request is refused; release_list() ends it.
static struct list *begin_list(const struct http_request *request, struct http_response *response)
{
    struct list *list = calloc(1, sizeof *list);
    struct err err = {0};

    if (list == NULL || read_filter(request, list, &err) == 0)
        return list;
    api_json_refuse(response, &err);
    release_list(list);
    return NULL;
}

// What is wrong with it must be said before the list begins.
static int check_list(const struct api *api, struct list *list, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_check_filter(connection, &list->filter, err);
    if (rc == 0)
        rc = api_device_more_open(&list->more, connection, err);
    api_device_more_close(&list->more);
    store_read_end(api->store, connection);
    return rc;
}

void api_devices_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct list *list = begin_list(request, response);
    struct err err = {0};

    if (list == NULL)
        return;
    if (check_list(api, list, &err) < 0) {
        api_json_refuse(response, &err);
        release_list(list);
    } else if (api_device_page_is_asked(request)) {
        api_device_page_send(api->store, request, &list->filter, response);
        release_list(list);
    } else {
        api_pages_send(
            &(struct api_pages_source){"devices", api->store, read_page, release_list, list},
            response);
    }
}

void api_devices_count(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct list *list = begin_list(request, response);
    struct store_connection *connection;
    struct err err = {0};
    int64_t count = 0;
    int rc;

    if (list == NULL)
        return;
    rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = device_store_count_filtered(connection, &list->filter, &count, &err);
        store_read_end(api->store, connection);
    }
    release_list(list);
    if (rc == 0)
        api_json_send(response, 200, json_pack("{sI}", "count", (json_int_t)count));
    else
        api_json_refuse(response, &err);
}

static int append_command(const struct command *command, void *ctx)
{
    return json_array_append_new(ctx, api_json_command(command)) < 0 ? ERR_NO_MEMORY : 0;
}

static int append_event(const struct event *event, void *ctx)
{
    return json_array_append_new(ctx, api_json_event(event)) < 0 ? ERR_NO_MEMORY : 0;
}

static int append_hour(const struct status_hour *hour, void *ctx)
{
    return json_array_append_new(ctx, api_json_hour(hour)) < 0 ? ERR_NO_MEMORY : 0;
}

static int append_fault(const struct device_fault *fault, void *ctx)
{
    return json_array_append_new(ctx, api_json_fault(fault)) < 0 ? ERR_NO_MEMORY : 0;
}

static int append_left_out(const struct left_out *out, void *ctx)
{
    return json_array_append_new(ctx, api_json_left_out(out)) < 0 ? ERR_NO_MEMORY : 0;
}

// Adds what was left out of what it says, here and at the broker.
static int add_limits(
    struct store_connection *connection, const char *mac, json_t **object, struct err *err)
{
    struct broker_limit limit;
    json_t *left_out = json_array();
    int rc = left_out_store_each(connection, mac, append_left_out, left_out, err);

    api_json_set(object, "left_out", left_out);
    if (rc < 0)
        return rc;
    rc = broker_limit_store_get(connection, mac, &limit, err);
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    api_json_set(object, "broker_limit", rc == 0 ? api_json_broker_limit(&limit) : json_null());
    return 0;
}

// Adds the last status as it was received (what could be read of it), whatever members it has.
static int add_status(
    struct store_connection *connection, const char *mac, json_t **object, struct err *err)
{
    char *text = NULL;
    json_t *status = NULL;
    int rc = device_store_get_status_json(connection, mac, &text, err);

    if (rc < 0)
        return rc;
    if (text != NULL)
        status = json_loads(text, 0, NULL);
    if (text != NULL && status == NULL) // it holds an integer beyond 64 bits
        status = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
    free(text);
    api_json_set(object, "status", status != NULL ? status : json_null());
    return 0;
}

// Adds the image that the device has downloaded and not installed, or null.
static int add_staged(
    struct store_connection *connection, const char *mac, json_t **object, struct err *err)
{
    struct download_store_staged staged;
    int rc = download_store_get_staged(connection, mac, &staged, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    api_json_set(object, "staged",
        rc == 0 ? json_pack("{sssosI}", "image", staged.image, "sha256",
                      api_json_text(staged.sha256), "at_ms", (json_int_t)staged.at_ms)
                : json_null());
    return 0;
}

static int read_device(const struct api *api, struct store_connection *connection, const char *mac,
    json_t **out, struct err *err)
{
    struct device_record device;
    json_t *commands = json_array();
    json_t *events = json_array();
    json_t *hours = json_array();
    json_t *faults = json_array();
    int rc = api_revocation_explain(
        connection, mac, device_store_get(connection, mac, &device, err), err);

    *out = rc == 0 ? api_device_json(&device) : json_object();
    if (rc == 0)
        rc = add_status(connection, mac, out, err);
    if (rc == 0)
        rc = fault_store_each(connection, mac, append_fault, faults, err);
    if (rc == 0)
        rc = add_limits(connection, mac, out, err);
    if (rc == 0)
        rc = add_staged(connection, mac, out, err);
    if (rc == 0)
        rc = api_replacement_add_to(api, connection, mac, out, err);
    if (rc == 0)
        rc = api_revocation_add_to(connection, mac, out, err);
    if (rc == 0)
        rc = api_device_key_add_to(connection, mac, out, err);
    if (rc == 0)
        rc = api_marks_add_to(connection, mac, out, err);
    if (rc == 0)
        rc = api_channel_add_to(api, connection, &device, out, err);
    if (rc == 0)
        rc = api_settings_add_to(connection, mac, out, err);
    if (rc == 0)
        rc = command_store_each(connection, mac, RECENT, append_command, commands, err);
    if (rc == 0)
        rc = event_store_each(connection, mac, RECENT, append_event, events, err);
    if (rc == 0)
        rc = status_store_each_hour(connection, mac, RECENT_HOURS, append_hour, hours, err);
    api_json_set(out, "faults", faults);
    api_json_set(out, "commands", commands);
    api_json_set(out, "events", events);
    api_json_set(out, "hours", hours);
    return rc;
}

void api_devices_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct err err = {0};
    char mac[MAC_SIZE];
    json_t *object = NULL;
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = read_device(api, connection, mac, &object, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0)
        rc = api_offer_add_to(api, mac, &object, &err);
    if (rc == 0) {
        api_json_send(response, 200, object);
        return;
    }
    json_decref(object);
    api_json_refuse(response, &err);
}

void api_devices_forget(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    char mac[MAC_SIZE];
    struct command_forget_wish wish = {
        mac, api_members_is_set(http_request_query(request, "force")), &by};
    struct err err = {0};
    bool revoked = false;
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = command_forget_device(api->store, &wish, &revoked, &err);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{sssbsb}", "mac", mac, "forgotten", 1, "revoked", revoked));
    else
        api_json_refuse(response, &err);
}
