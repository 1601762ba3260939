// Lists of rollouts and of their devices, in pages.
#include "server/api/api_rollout_list.h"

#include <stdio.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_page.h"
#include "server/api/api_rollouts.h"
#include "server/store/rollout_device_store.h"
#include "server/store/rollout_store.h"

struct listing {
    struct store_connection *connection;
    struct api_page *page;
    struct err *err;
};

// One more than the page holds, which tells that there is another one.
static int64_t limit_of(const struct api_page *page)
{
    return page->limit > 0 ? (int64_t)page->limit + 1 : INT64_MAX;
}

static int add_rollout(const struct rollout *rollout, void *ctx)
{
    struct listing *listing = ctx;
    json_t *object = NULL;
    int rc = api_rollouts_describe(listing->connection, rollout, &object, listing->err);

    if (rc == 0)
        rc = api_page_add(listing->page, object);
    if (rc == 0)
        listing->page->at.number = rollout->id;
    return rc;
}

void api_rollout_list_send(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct api_page page = {.limit = 0};
    struct err err = {0};
    struct listing listing = {NULL, &page, &err};
    int rc = api_page_read(request, &page, &err);

    if (rc == 0)
        rc = store_read_begin(api->store, &listing.connection, &err);
    if (rc == 0) {
        const int64_t before_limit[2] = {
            page.is_next ? page.at.number : INT64_MAX, limit_of(&page)};

        rc = rollout_store_page(listing.connection, before_limit, add_rollout, &listing, &err);
        store_read_end(api->store, listing.connection);
    }
    api_page_send(request, &page, rc, &err, response);
}

static int add_device(const struct rollout_device *device, void *ctx)
{
    struct api_page *page = ctx;
    int rc = api_page_add(page, api_rollouts_device(device));

    if (rc == 0)
        snprintf(page->at.tail, sizeof page->at.tail, "%s", device->mac);
    return rc;
}

static int read_devices(
    struct store_connection *connection, const char *name, struct api_page *page, struct err *err)
{
    struct rollout rollout;
    char after[sizeof page->at.tail]; // since the place goes on
    struct rollout_device_page wish = {.after = after, .limit = limit_of(page)};
    int rc = rollout_store_get(connection, name, &rollout, err);

    if (rc < 0)
        return rc;
    snprintf(after, sizeof after, "%s", page->is_next ? page->at.tail : "");
    wish.rollout = rollout.id;
    return rollout_device_store_page(connection, &wish, add_device, page, err);
}

void api_rollout_list_devices(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct api_page page = {.limit = 0};
    struct err err = {0};
    int rc = api_page_read(request, &page, &err);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = read_devices(connection, http_request_segment(request, 0), &page, &err);
        store_read_end(api->store, connection);
    }
    api_page_send(request, &page, rc, &err, response);
}
