// GET /status: the daemon itself.
#include "server/api/api_status.h"

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/base/clock.h"
#include "server/store/device_store.h"

static void add_counter(const char *name, uint64_t value, void *ctx)
{
    api_json_set(ctx, name, json_integer((json_int_t)value));
}

static json_t *broker_json(const struct api *api)
{
    struct api_broker broker = {0};
    json_t *object = json_object();

    api->read_broker(&broker, api->ctx);
    api_json_set(&object, "connected", json_boolean(broker.connected));
    api_json_set(&object, "host", json_string(broker.host));
    api_json_set(&object, "port", json_integer(broker.port));
    api_json_set(&object, "since_ms", json_integer(broker.since_ms));
    api_json_set(&object, "error", api_json_text(broker.error));
    return object;
}

void api_status_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct err err = {0};
    int64_t total = 0;
    int64_t online = 0;
    json_t *object;
    json_t *counters;
    int rc = store_read_begin(api->store, &connection, &err);

    (void)request;
    if (rc == 0) {
        rc = device_store_count(connection, &total, &online, &err);
        store_read_end(api->store, connection);
    }
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    object = json_object();
    counters = json_object();
    api->each_counter(add_counter, &counters, api->ctx);
    api_json_set(&object, "version", json_string(SECUREESP_VERSION));
    api_json_set(&object, "started_at_ms", json_integer(api->started_ms + clock_stepped_ms()));
    api_json_set(&object, "broker", broker_json(api));
    api_json_set(&object, "devices", json_pack("{sIsI}", "total", total, "online", online));
    api_json_set(&object, "counters", counters);
    api_json_send(response, 200, object);
}
