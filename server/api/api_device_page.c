// Devices and their events, by pages.
#include "server/api/api_device_page.h"

#include <stdio.h>

#include "server/api/api.h"
#include "server/api/api_device.h"
#include "server/api/api_json.h"
#include "server/api/api_marks.h"
#include "server/api/api_members.h"
#include "server/store/device_order.h"
#include "server/store/event_store.h"

#define EVENTS_USUAL 100

struct devices {
    struct api_page page;
    struct store_connection *connection;
    bool marks; // also what an operator has said of them
    struct err *err;
    const struct device_order *order;
};

static int add_device(const struct device_record *device, void *ctx)
{
    struct devices *list = ctx;
    struct api_text *text = api_page_begin_row(&list->page);
    struct device_order_place place;

    int rc = 0;

    if (text == NULL)
        return 1;
    api_device_begin(text, device);
    if (list->marks)
        rc = api_marks_write(list->connection, device->mac, text, list->err);
    api_text_add(text, "}");
    device_order_read_place(list->order, device, &place);
    list->page.at.number = place.number;
    snprintf(list->page.at.tail, sizeof list->page.at.tail, "%s", place.mac);
    snprintf(list->page.at.text, sizeof list->page.at.text, "%s", place.text);
    return text->failed ? ERR_NO_MEMORY : rc;
}

static int read_devices(struct store *store, const struct http_request *request,
    const struct device_filter *filter, struct devices *list, struct err *err)
{
    const char *sort = http_request_query(request, "sort");
    struct store_connection *connection;
    struct device_order_place place;
    int rc = api_page_read(request, &list->page, err);

    if (rc < 0)
        return rc;
    if (list->page.limit == 0)
        return err_set(err, ERR_INVALID, "sort needs a limit");
    list->order = device_order_find(sort != NULL ? sort : "mac");
    if (list->order == NULL)
        return err_set(err, ERR_INVALID,
            "sort must be mac, name, image, first_seen_ms, last_seen_ms or reboots, or one of "
            "these behind a '-'");

    struct api_cursor from = list->page.at; // a copy, since the place goes on while it is read

    place = (struct device_order_place){from.number, from.text, from.tail};

    struct device_order_wish wish = {
        list->order, filter, list->page.is_next ? &place : NULL, (int64_t)list->page.limit + 1};

    rc = store_read_begin(store, &connection, err);
    if (rc < 0)
        return rc;
    list->connection = connection;
    list->marks = api_members_is_set(http_request_query(request, "marks"));
    list->err = err;
    rc = device_order_page(connection, &wish, add_device, list, err);
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
    struct devices list = {.order = NULL};
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
