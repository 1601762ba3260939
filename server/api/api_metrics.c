// GET /metrics: the fleet and the daemon in numbers.
#include "server/api/api_metrics.h"

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_metrics_daemon.h"
#include "server/api/api_metrics_fleet.h"

static int write_fleet(const struct api *api, struct metrics_text *text, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc == 0) {
        rc = api_metrics_fleet_write(connection, text, err);
        store_read_end(api->store, connection);
    }
    return rc < 0 ? rc : api_metrics_fleet_write_tally(api->tally, text, err);
}

void api_metrics_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct metrics_text text = {
        .is_open_metrics = metrics_text_is_wanted_open(http_request_header(request, "Accept"))};
    const char *type = metrics_text_type(text.is_open_metrics);
    struct http_response_bytes bytes;
    struct err err = {0};
    int rc;

    api_metrics_daemon_write(api, &text);
    rc = write_fleet(api, &text, &err);
    metrics_text_end(&text);
    if (rc == 0 && text.failed)
        rc = err_set(&err, ERR_NO_MEMORY, "no memory for the metrics");
    if (rc < 0) {
        metrics_text_clear(&text);
        api_json_refuse(response, &err);
        return;
    }
    bytes = http_response_own(text.p, text.n);
    http_response_set_bytes(response, 200, type, &bytes);
    http_response_add_header(response, "Vary", "Accept");
}
