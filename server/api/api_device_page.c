// Devices and their events, by pages.
#include "server/api/api_device_page.h"

#include <stdio.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_device.h"
#include "server/api/api_device_more.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/store/device_order.h"
#include "server/store/event_store.h"

#define EVENTS_USUAL 100

#define NOT_KNOWN "-" // in a cursor, behind the MAC

struct devices {
    struct api_page page;
    struct api_device_more more;
    struct err *err;
};

static void write_place(const struct device_order_place *place, struct api_cursor *at)
{
    at->number = place->number;
    snprintf(at->text, sizeof at->text, "%s", place->text);
    snprintf(at->tail, sizeof at->tail, "%s%s", place->mac, place->is_known ? "" : NOT_KNOWN);
}

static void read_place(const struct api_cursor *at, struct device_order_place *place)
{
    *place = (struct device_order_place){
        .number = at->number, .is_known = at->tail[strnlen(at->tail, MAC_LENGTH)] != NOT_KNOWN[0]};
    snprintf(place->text, sizeof place->text, "%s", at->text);
    snprintf(place->mac, sizeof place->mac, "%.*s", MAC_LENGTH, at->tail);
}

static int add_device(
    const struct device_record *device, const struct device_order_place *place, void *ctx)
{
    struct devices *list = ctx;
    struct api_text *text = api_page_begin_row(&list->page);
    int rc;

    if (text == NULL)
        return 1;
    api_device_begin(text, device);
    rc = api_device_more_write(&list->more, device->mac, text, list->err);
    api_text_add(text, "}");
    write_place(place, &list->page.at);
    return text->failed ? ERR_NO_MEMORY : rc;
}

static int find_order(
    const struct http_request *request, const struct device_order **out, struct err *err)
{
    const char *sort = http_request_query(request, "sort");
    char names[512] = "";

    *out = device_order_find(sort != NULL ? sort : "mac");
    if (*out != NULL)
        return 0;
    for (size_t i = 0; device_order_name(i) != NULL; i += 2)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 0 ? ", " : "",
            device_order_name(i));
    return err_set(err, ERR_INVALID, "sort must be one of these, or one behind a '-': %s", names);
}

static int read_devices(struct store *store, const struct http_request *request,
    const struct device_filter *filter, struct devices *list, struct err *err)
{
    struct store_connection *connection;
    struct device_order_place place;
    struct device_order_wish wish = {.filter = filter, .each = add_device, .ctx = list};
    int rc = api_page_read(request, &list->page, err);

    if (rc == 0 && list->page.limit == 0)
        rc = err_set(err, ERR_INVALID, "sort needs a limit");
    if (rc == 0)
        rc = find_order(request, &wish.order, err);
    if (rc < 0)
        return rc;
    read_place(&list->page.at, &place);
    wish.after = list->page.is_next ? &place : NULL;
    wish.limit = (int64_t)list->page.limit + 1;
    rc = store_read_begin(store, &connection, err);
    if (rc < 0)
        return rc;
    api_device_more_read(request, &list->more);
    list->err = err;
    rc = api_device_more_open(&list->more, connection, err);
    if (rc == 0)
        rc = device_order_page(connection, &wish, err);
    api_device_more_close(&list->more);
    store_read_end(store, connection);
    return rc;
}

bool api_device_page_is_asked(const struct http_request *request)
{
    return http_request_query(request, "limit") != NULL ||
           http_request_query(request, "cursor") != NULL ||
           http_request_query(request, "sort") != NULL;
}

void api_device_page_send(struct store *store, const struct http_request *request,
    const struct device_filter *filter, struct http_response *response)
{
    struct devices list = {.err = NULL};
    struct err err = {0};
    int rc = read_devices(store, request, filter, &list, &err);

    api_page_send(request, &list.page, rc, &err, response);
}

static int add_event(const struct event *event, int64_t id, void *ctx)
{
    struct api_page *page = ctx;
    int rc = api_page_add(page, api_json_event(event));

    if (rc == 0)
        page->at.number = id;
    return rc;
}

void api_device_page_events(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *kind = http_request_query(request, "event");
    struct store_connection *connection;
    struct api_page page = {.limit = 0};
    struct err err = {0};
    char mac[MAC_SIZE];
    struct event_store_wish wish = {mac, INT64_MAX, kind != NULL ? kind : "", 0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    if (rc == 0)
        rc = api_page_read(request, &page, &err);
    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        if (page.limit == 0)
            page.limit = EVENTS_USUAL;
        wish.limit = (int64_t)page.limit + 1;
        if (page.is_next)
            wish.before = page.at.number;

        struct device_record device;

        rc = device_store_get(connection, mac, &device, &err);
        if (rc == 0)
            rc = event_store_page(connection, &wish, add_event, &page, &err);
        store_read_end(api->store, connection);
    }
    api_page_send(request, &page, rc, &err, response);
}
