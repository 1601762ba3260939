// Wi-Fi networks for devices: ordered, and who has moved to them.
#include "server/api/api_wifi.h"

#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/api/api_once.h"
#include "server/api/api_wifi_order.h"
#include "server/base/clock.h"
#include "server/store/batch_store.h"
#include "server/store/command_store.h"
#include "server/wifi/wifi_order.h"

#define LIST_MAX 100

static json_t *item_json(const struct wifi_order_item *item, bool is_ordered)
{
    json_t *object = json_object();
    bool gets_it = is_ordered && item->id != 0;

    api_json_set(&object, "mac", json_string(item->mac));
    api_json_set(&object, "id", gets_it ? json_integer(item->id) : json_null());
    api_json_set(&object, "wave", gets_it ? json_integer(item->wave) : json_null());
    api_json_set(&object, "reason", api_json_text(item->reason));
    return object;
}

static json_t *items_json(const struct wifi_order_result *result)
{
    json_t *list = json_array();

    for (size_t i = 0; i < result->count; i++)
        api_json_append(&list, item_json(&result->items[i], result->batch != 0));
    return list;
}

static int order(const struct api *api, const struct audit_author *by,
    const struct api_wifi_order *wish, struct wifi_order_result *result, struct err *err)
{
    struct wifi_order given = {
        .macs = (const char(*)[MAC_SIZE])wish->macs,
        .mac_count = wish->mac_count,
        .filter = {.online = wish->online,
            .image_glob = wish->image,
            .trees = wish->filter.trees,
            .tree_count = wish->filter.count,
            .now_ms = clock_now_ms()},
        .networks = wish->networks,
        .network_count = wish->network_count,
        .canaries = wish->canaries,
        .skip = wish->skip,
        .by = by,
    };
    int rc = wifi_order_run(api->store, &api->recipients, &given, result, err);

    if (rc == 0)
        command_dispatch_wake(api->dispatch);
    return rc;
}

static json_t *order_json(const struct wifi_order_result *result)
{
    return json_pack("{sI so}", "batch", (json_int_t)result->batch, "devices", items_json(result));
}

// An api_once_describe.
static int describe_order(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err)
{
    const struct wifi_order_result *result = ctx;

    (void)connection;
    if (result->count > API_ONCE_ITEMS_MAX)
        return err_set(err, ERR_TOO_LARGE, "too many devices to be told again");
    *out = order_json(result);
    return 0;
}

void api_wifi_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    struct wifi_order_result result = {0};
    struct api_once_answer answer = {202, describe_order, &result};
    struct audit_author by;
    struct api_wifi_order wish;
    struct err err = {0};
    int rc = api_wifi_order_decode(body, n, &wish, &err);

    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    api_once_answer_by(request, &answer);
    api_author_of(request, &by);
    rc = order(api, &by, &wish, &result, &err);
    api_wifi_order_clear(&wish);
    if (rc == 0)
        api_json_send(response, 202, order_json(&result));
    else if (result.refused > 0)
        api_json_refuse_devices(response, &err, items_json(&result));
    else
        api_json_refuse(response, &err);
    wifi_order_clear(&result);
}

static json_t *summary_json(const struct batch_summary *summary)
{
    json_t *object = json_object();
    int64_t total = 0;

    api_json_set(&object, "batch", json_integer(summary->id));
    api_json_set(&object, "created_at_ms", json_integer(summary->created_at_ms));
    for (int i = 0; i < COMMAND_STATE_COUNT; i++) {
        int64_t accepted = i == COMMAND_SENT ? summary->accepted : 0; // have a word of their own

        api_json_set(&object, command_state_name((enum command_state)i),
            json_integer(summary->counts[i] - accepted));
        if (i == COMMAND_SENT)
            api_json_set(&object, "accepted", json_integer(accepted));
        total += summary->counts[i];
    }
    api_json_set(&object, "total", json_integer(total));
    return object;
}

static int append_summary(const struct batch_summary *summary, void *ctx)
{
    api_json_append(ctx, summary_json(summary));
    return 0;
}

// An api_list_read.
static int read_list(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    (void)ctx;
    return batch_store_each(connection, CONTRACT_COMMAND_WIFI, LIST_MAX, append_summary, list, err);
}

void api_wifi_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    api_list_send(ctx, read_list, NULL, response);
}

static int append_command(const struct command *command, void *ctx)
{
    api_json_append(ctx, api_json_command(command));
    return *(json_t **)ctx != NULL ? 0 : ERR_NO_MEMORY;
}

static int read_batch(
    struct store_connection *connection, int64_t id, json_t **out, struct err *err)
{
    struct command_store_batch batch = {id, CONTRACT_COMMAND_WIFI};
    struct batch_summary summary;
    json_t *devices = json_array();
    int rc = batch_store_get(connection, CONTRACT_COMMAND_WIFI, id, &summary, err);

    if (rc == 0)
        rc = command_store_each_of_batch(connection, &batch, append_command, &devices, err);
    if (rc < 0) {
        json_decref(devices);
        return rc;
    }
    *out = summary_json(&summary);
    api_json_set(out, "devices", devices);
    return 0;
}

void api_wifi_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *text = http_request_segment(request, 0);
    char *end;
    int64_t id = strtoll(text, &end, 10);
    struct store_connection *connection;
    struct err err = {0};
    json_t *batch = NULL;
    int rc = *end == '\0' && end != text
                 ? 0
                 : err_set(&err, ERR_INVALID, "'%s' is not the number of a batch", text);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = read_batch(connection, id, &batch, &err);
        store_read_end(api->store, connection);
        if (rc == ERR_NOT_FOUND)
            err_set(&err, rc, "no batch %s; 'secureesp wifi status' shows the newest", text);
    }
    if (rc == 0)
        api_json_send(response, 200, batch);
    else
        api_json_refuse(response, &err);
}
