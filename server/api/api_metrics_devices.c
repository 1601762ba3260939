// GET /metrics/devices: each device in numbers, sent in pieces.
#include "server/api/api_metrics_devices.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "server/api/api.h"
#include "server/api/api_filter.h"
#include "server/api/api_json.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/metrics/metrics_text.h"
#include "server/store/device_store.h"
#include "server/store/label_store.h"

#define PAGE_ROWS 512

// What is told of a device, in this order: a family is told of all devices before the next.
enum part {
    INFO,
    ONLINE,
    REVOKED,
    LAST_SEEN,
    UPTIME,
    RSSI,
    FREE_HEAP,
    MAX_LOOP,
    RESTARTS,
    BAD_PAYLOADS,
    PARTS
};

static const struct metrics_family families[PARTS] = {
    [INFO] = {"secureesp_device_info", METRICS_GAUGE,
        "Always 1; a device's name and image as it says, its label and place as operators do."},
    [ONLINE] = {"secureesp_device_online", METRICS_GAUGE, "Whether the device is online."},
    [REVOKED] = {"secureesp_device_revoked", METRICS_GAUGE, "Whether the device is shut out."},
    [LAST_SEEN] = {"secureesp_device_last_seen_timestamp_seconds", METRICS_GAUGE,
        "When the device last said something."},
    [UPTIME] = {"secureesp_device_uptime_seconds", METRICS_GAUGE,
        "How long the device ran when it last said so; of most it wraps after 49.7 days."},
    [RSSI] = {"secureesp_device_rssi_dbm", METRICS_GAUGE, "Signal of the device's network."},
    [FREE_HEAP] = {"secureesp_device_free_heap_bytes", METRICS_GAUGE, "Free memory of the device."},
    [MAX_LOOP] = {"secureesp_device_max_loop_seconds", METRICS_GAUGE,
        "The longest turn of the device's loop since its last status."},
    [RESTARTS] = {"secureesp_device_restarts_total", METRICS_COUNTER,
        "Restarts of the device that were seen."},
    [BAD_PAYLOADS] = {"secureesp_device_bad_payloads_total", METRICS_COUNTER,
        "Messages of the device that could not be read in full."},
};

struct walk {
    struct store *store;
    struct store_connection *connection; // of the present page
    struct err *err;
    struct api_filter texts;
    struct device_filter filter;
    struct metrics_text text; // the present piece
    size_t sent;              // of it
    enum part part;
    char after[MAC_SIZE];
    size_t count; // of the devices in the piece
};

static int write_info(struct walk *walk, const struct device_record *device)
{
    struct device_label label = {.name = ""};
    int rc = label_store_get(walk->connection, device->mac, &label, walk->err);
    const char *image = device->status.image;
    struct image_name name;
    bool is_named = image_name_parse(image, strlen(image), &name);
    struct metrics_label labels[] = {{"mac", device->mac}, {"name", device->status.name},
        {"label", label.name}, {"place", label.place}, {"board", is_named ? name.board : ""},
        {"image", image}, {0}};

    if (rc == 0)
        metrics_text_add(&walk->text, labels, 1);
    return rc;
}

// A member that the device does not send has no sample.
static void write_known(struct walk *walk, const struct device_record *device, unsigned member)
{
    struct metrics_label labels[] = {{"mac", device->mac}, {0}};
    const struct device_status *status = &device->status;

    if ((status->has & member) == 0)
        return;
    switch (member) {
    case DEVICE_HAS_UPTIME: metrics_text_add_seconds(&walk->text, labels, status->uptime_ms); break;
    case DEVICE_HAS_RSSI: metrics_text_add(&walk->text, labels, status->rssi_dbm); break;
    case DEVICE_HAS_MAX_LOOP:
        metrics_text_add_seconds(&walk->text, labels, status->max_loop_ms);
        break;
    default: metrics_text_add(&walk->text, labels, status->free_heap_bytes); break;
    }
}

static int write_device(const struct device_record *device, void *ctx)
{
    struct walk *walk = ctx;
    struct metrics_text *text = &walk->text;
    struct metrics_label labels[] = {{"mac", device->mac}, {0}};

    memcpy(walk->after, device->mac, sizeof walk->after);
    walk->count++;
    switch (walk->part) {
    case INFO: return write_info(walk, device);
    case ONLINE: metrics_text_add(text, labels, device->online); break;
    case REVOKED: metrics_text_add(text, labels, device->revoked_at_ms != 0); break;
    case LAST_SEEN:
        if (device->last_seen_ms != 0)
            metrics_text_add_seconds(text, labels, device->last_seen_ms);
        break;
    case UPTIME: write_known(walk, device, DEVICE_HAS_UPTIME); break;
    case RSSI: write_known(walk, device, DEVICE_HAS_RSSI); break;
    case FREE_HEAP: write_known(walk, device, DEVICE_HAS_FREE_HEAP); break;
    case MAX_LOOP: write_known(walk, device, DEVICE_HAS_MAX_LOOP); break;
    case RESTARTS: metrics_text_add(text, labels, device->reboots); break;
    default: metrics_text_add(text, labels, device->bad_payloads); break;
    }
    return 0;
}

static int read_page(struct walk *walk, struct err *err)
{
    struct store_connection *connection;
    char after[MAC_SIZE];
    int rc = store_read_begin(walk->store, &connection, err);

    if (rc < 0)
        return rc;
    memcpy(after, walk->after, sizeof after);
    if (after[0] == '\0')
        metrics_text_begin(&walk->text, &families[walk->part]);
    walk->count = 0;
    walk->connection = connection;
    walk->err = err;
    rc = device_store_page(connection, &walk->filter, after, PAGE_ROWS, write_device, walk, err);
    store_read_end(walk->store, connection);
    if (rc < 0)
        return rc;
    if (walk->count < PAGE_ROWS) {
        walk->after[0] = '\0';
        walk->part++;
    }
    if (walk->part == PARTS)
        metrics_text_end(&walk->text);
    return walk->text.failed ? err_set(err, ERR_NO_MEMORY, "no memory for the metrics") : 0;
}

static ssize_t read_piece(void *ctx, char *buffer, size_t max)
{
    struct walk *walk = ctx;
    struct err err = {0};

    while (walk->sent == walk->text.n) {
        if (walk->part == PARTS)
            return 0;
        walk->text.n = walk->sent = 0;
        if (read_page(walk, &err) < 0) {
            log_error("api", "metrics of devices broken off error=\"%s\"", err.message);
            return -1;
        }
    }

    size_t left = walk->text.n - walk->sent;
    size_t n = left < max ? left : max;

    memcpy(buffer, walk->text.p + walk->sent, n);
    walk->sent += n;
    return (ssize_t)n;
}

static void release(void *ctx)
{
    struct walk *walk = ctx;

    api_filter_clear(&walk->texts);
    metrics_text_clear(&walk->text);
    free(walk);
}

// What is wrong with the filter must be said before the answer begins.
static int check_filter(struct walk *walk, const struct http_request *request, struct err *err)
{
    struct store_connection *connection;
    int rc = api_filter_add_query(&walk->texts, request, err);

    if (rc < 0)
        return rc;
    walk->filter = (struct device_filter){
        .trees = walk->texts.trees, .tree_count = walk->texts.count, .now_ms = clock_now_ms()};
    rc = store_read_begin(walk->store, &connection, err);
    if (rc < 0)
        return rc;
    rc = device_store_check_filter(connection, &walk->filter, err);
    store_read_end(walk->store, connection);
    return rc;
}

void api_metrics_devices_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct walk *walk = calloc(1, sizeof *walk);
    struct err err = {0};

    if (walk == NULL)
        return;
    walk->store = api->store;
    walk->text.is_open_metrics =
        metrics_text_is_wanted_open(http_request_header(request, "Accept"));
    if (check_filter(walk, request, &err) < 0) {
        api_json_refuse(response, &err);
        release(walk);
        return;
    }
    http_response_set_stream(
        response, metrics_text_type(walk->text.is_open_metrics), read_piece, walk, release);
    http_response_add_header(response, "Vary", "Accept");
}
