// The hours of a device, sent in pieces.
#include "server/api/api_history.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_pages.h"
#include "server/store/device_store.h"
#include "server/store/status_store.h"

#define HOUR_MS 3600000

// A list under way.
struct list {
    char mac[MAC_SIZE];
    int64_t after_ms;
    size_t count; // of the present page
    struct api_pages *pages;
};

static int write_hour(const struct status_hour *hour, void *ctx)
{
    struct list *list = ctx;
    json_t *value = api_json_hour(hour);
    char *text = value != NULL ? api_json_dump(value) : NULL;

    json_decref(value);
    if (text == NULL)
        return ERR_NO_MEMORY;
    api_text_add(api_pages_begin_row(list->pages), text);
    free(text);
    list->after_ms = hour->hour_ms;
    list->count++;
    return 0;
}

static int read_page(
    struct store_connection *connection, struct api_pages *pages, void *ctx, struct err *err)
{
    struct list *list = ctx;
    struct status_store_wish wish = {list->mac, list->after_ms, API_PAGES_ROWS};
    int rc;

    list->pages = pages;
    list->count = 0;
    rc = status_store_each_hour_after(connection, &wish, write_hour, list, err);
    if (rc == ERR_NO_MEMORY)
        return err_set(err, rc, "no memory for the history");
    return rc < 0 ? rc : list->count == API_PAGES_ROWS;
}

static int check_device(const struct api *api, const char *mac, struct err *err)
{
    struct store_connection *connection;
    struct device_record device;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_get(connection, mac, &device, err);
    store_read_end(api->store, connection);
    return rc;
}

void api_history_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct list *list = calloc(1, sizeof *list);
    struct err err = {0};
    int64_t since_ms = 0;
    int rc;

    if (list == NULL)
        return;
    rc = api_members_read_mac(http_request_segment(request, 0), list->mac, &err);
    if (rc == 0)
        rc = api_members_read_number(
            "since_ms", http_request_query(request, "since_ms"), &since_ms, &err);
    if (rc == 0)
        rc = check_device(api, list->mac, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        free(list);
        return;
    }
    list->after_ms = since_ms - HOUR_MS;
    api_pages_send(
        &(struct api_pages_source){"history", api->store, read_page, free, list}, response);
}
