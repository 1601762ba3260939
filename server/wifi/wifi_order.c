// Wi-Fi networks on their way to devices.
#include "server/wifi/wifi_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/audit/audit_run.h"
#include "server/base/base64.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/pki/hpke.h"
#include "server/store/batch_store.h"
#include "server/store/command_store.h"
#include "server/store/payload_store.h"
#include "server/wifi/wifi_judge.h"

_Static_assert(BASE64_SIZE(WIFI_NETWORKS_SEALED_SIZE) - 1 <= COMMAND_SEALED_MAX, "it fits");

// An order under way.
struct work {
    struct store *store;
    const struct wifi_recipient_sources *sources;
    const struct wifi_order *order;
    struct wifi_order_result *result;
    uint8_t text[WIFI_NETWORKS_SIZE]; // the networks; wiped
    size_t text_size;
};

static int append(const struct device_record *device, void *ctx)
{
    struct wifi_order_result *result = ctx;

    if (result->count == WIFI_ORDER_DEVICES_MAX)
        return ERR_TOO_LARGE;
    memcpy(result->items[result->count++].mac, device->mac, MAC_SIZE);
    return 0;
}

// Whom it is for.
static int list_devices(struct work *work, struct err *err)
{
    const struct wifi_order *order = work->order;
    struct wifi_order_result *result = work->result;
    struct store_connection *connection;
    struct device_record named = {.online = false};
    int rc = 0;

    result->items = calloc(WIFI_ORDER_DEVICES_MAX, sizeof *result->items);
    if (result->items == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an order");
    for (size_t i = 0; rc == 0 && i < order->mac_count; i++) {
        memcpy(named.mac, order->macs[i], MAC_SIZE);
        rc = append(&named, result);
    }
    if (rc == 0 && order->mac_count == 0) {
        rc = store_read_begin(work->store, &connection, err);
        if (rc < 0)
            return rc;
        rc = device_store_each(connection, &order->filter, append, result, err);
        store_read_end(work->store, connection);
    }
    if (rc == ERR_TOO_LARGE)
        return err_set(err, rc, "more than %d devices; give it to a part of them at a time",
            WIFI_ORDER_DEVICES_MAX);
    if (rc == 0 && result->count == 0)
        return err_set(err, ERR_NOT_FOUND, "there are no such devices");
    return rc;
}

static int seal(const struct work *work, const struct certificate *recipient,
    struct wifi_order_item *item, struct err *err)
{
    struct hpke_message message = {
        .text = {work->text, work->text_size},
        .info = {(const uint8_t *)WIFI_NETWORKS_INFO, strlen(WIFI_NETWORKS_INFO)},
        .aad = {(const uint8_t *)item->mac, strlen(item->mac)},
    };
    uint8_t *sealed = NULL;
    size_t n = 0;
    int rc = hpke_seal(recipient, &message, &sealed, &n, err);

    if (rc == ERR_INVALID)
        return err_set(
            err, rc, "the key of its certificate is not on P-256: nothing can be sealed for it");
    if (rc < 0)
        return rc;
    item->sealed = malloc(BASE64_SIZE(n));
    if (item->sealed == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for an order");
    else
        base64_encode(sealed, n, item->sealed);
    free(sealed);
    return rc;
}

static int prepare(const struct work *work, struct wifi_order_item *item, struct err *err)
{
    struct certificate *recipient = NULL;
    struct store_connection *connection;
    struct device_record device;
    int rc = store_read_begin(work->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = wifi_judge_device(connection, item->mac, &device, err);
    if (rc == 0)
        rc = wifi_recipient_find(work->sources, connection, item->mac, &recipient, err);
    store_read_end(work->store, connection);
    if (rc == 0) {
        item->online = device.online;
        rc = seal(work, recipient, item, err);
    }
    certificate_free(recipient);
    return rc;
}

// Seals it for each, or notes why not. In many short reads, since it takes a while for many.
static int prepare_all(const struct work *work, struct err *err)
{
    struct wifi_order_result *result = work->result;

    for (size_t i = 0; i < result->count; i++) {
        struct err why = {0};
        int rc = prepare(work, &result->items[i], &why);

        if (rc == 0)
            continue;
        if (rc == ERR_IO || rc == ERR_NO_MEMORY || rc == ERR_UNAVAILABLE)
            return err_set(err, rc, "device %s: %.400s", result->items[i].mac, why.message);
        result->items[i].reason = strdup(why.message);
        if (result->items[i].reason == NULL)
            return err_set(err, ERR_NO_MEMORY, "no memory for an order");
        result->refused++;
    }
    return 0;
}

// Those that can be canaries come first, then who waits for them, then those that get nothing.
static int rank(const struct wifi_order_item *item)
{
    return item->reason != NULL ? 2 : item->online ? 0 : 1;
}

// Within a rank in the order in which they were named.
static int sort(struct wifi_order_result *result, struct err *err)
{
    struct wifi_order_item *sorted = calloc(result->count, sizeof *sorted);
    size_t n = 0;

    if (sorted == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an order");
    for (int r = 0; r <= 2; r++) {
        for (size_t i = 0; i < result->count; i++) {
            if (rank(&result->items[i]) == r)
                sorted[n++] = result->items[i];
        }
    }
    free(result->items);
    result->items = sorted;
    return 0;
}

// "MAC: reason" of the first that get nothing, as far as there is room.
static int refuse(const struct wifi_order_result *result, struct err *err)
{
    char text[300];
    size_t n = 0;
    size_t named = 0;

    for (size_t i = result->count - result->refused; i < result->count && named < 2; i++, named++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s: %.110s", named > 0 ? "; " : "",
            result->items[i].mac, result->items[i].reason);
    return err_set(err, ERR_CONFLICT,
        "%zu of %zu devices cannot be given networks, so none is: %s%s", result->refused,
        result->count, text, named < result->refused ? "; and others" : "");
}

static int add(struct store_connection *connection, const struct work *work,
    struct wifi_order_item *item, struct err *err)
{
    struct wifi_order_result *result = work->result;
    struct device_record device;
    struct command command = {
        .state = item->wave > 0 ? COMMAND_WAITING : COMMAND_QUEUED,
        .created_at_ms = clock_now_ms(), // here, since the writer also moves the clock
        .batch = result->batch,
        .wave = item->wave,
    };
    // Once more: all may have changed since.
    int rc = wifi_judge_device(connection, item->mac, &device, err);

    if (rc < 0)
        return err_context(err, "device %s, which has changed meanwhile", item->mac);
    snprintf(command.mac, sizeof command.mac, "%s", item->mac);
    snprintf(command.name, sizeof command.name, "%s", CONTRACT_COMMAND_WIFI);
    rc = command_store_add(connection, &command, err);
    if (rc == 0 && command.batch == 0)
        rc = batch_store_begin(connection, &command, err);
    if (rc == 0)
        rc = payload_store_put(connection, command.id, item->sealed, err);
    result->batch = command.batch;
    item->id = command.id;
    return rc;
}

// A store_job.
static int add_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct work *work = ctx;
    struct wifi_order_result *result = work->result;
    int rc = 0;

    result->batch = 0;
    for (size_t i = 0; rc == 0 && i < result->count - result->refused; i++) {
        result->items[i].wave = i < work->order->canaries || work->order->canaries == 0 ? 0 : 1;
        rc = add(connection, work, &result->items[i], err);
    }
    return rc;
}

static const char *mac_of(size_t i, void *ctx)
{
    return ((const struct wifi_order_result *)ctx)->items[i].mac;
}

// Whom it is for, and not what: not even the networks' names.
static void tell(struct audit_told *told, const void *ctx)
{
    const struct work *work = ctx;
    struct wifi_order_result *result = work->result;
    size_t count = result->count - result->refused;

    snprintf(told->object, sizeof told->object, "%lld", (long long)result->batch);
    audit_json_add_number(&told->after, "networks", (int64_t)work->order->network_count);
    audit_json_add_number(&told->after, "canaries", (int64_t)work->order->canaries);
    audit_json_add_number(&told->after, "left_out", (int64_t)result->refused);
    audit_json_add_number(&told->after, "count", (int64_t)count);
    audit_json_add_list(&told->after, "macs", count, mac_of, result);
}

static void forget_sealed(struct wifi_order_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        free(result->items[i].sealed);
        result->items[i].sealed = NULL;
    }
}

// Nothing of it was written.
static void take_back(struct wifi_order_result *result)
{
    result->batch = 0;
    for (size_t i = 0; i < result->count; i++)
        result->items[i].id = 0;
}

int wifi_order_run(struct store *store, const struct wifi_recipient_sources *sources,
    const struct wifi_order *order, struct wifi_order_result *out, struct err *err)
{
    struct work work = {.store = store, .sources = sources, .order = order, .result = out};
    struct audit_change change = {
        .by = order->by, .verb = "order", .kind = AUDIT_NETWORKS, .tell = tell};
    int rc;

    memset(out, 0, sizeof *out);
    // One time for all: of two orders, a device goes by the later one.
    work.text_size =
        wifi_networks_write(order->networks, order->network_count, clock_system_ms(), work.text);
    rc = list_devices(&work, err);
    if (rc == 0)
        rc = prepare_all(&work, err);
    explicit_bzero(work.text, sizeof work.text);
    if (rc == 0)
        rc = sort(out, err);
    if (rc == 0 && out->refused > 0 && (!order->skip || out->refused == out->count))
        rc = refuse(out, err);
    if (rc == 0)
        rc = audit_run(store, &change, add_all, &work, err);
    forget_sealed(out);
    if (rc < 0) {
        take_back(out);
        return rc;
    }
    log_info("wifi", "networks ordered batch=%lld devices=%zu canaries=%zu left_out=%zu",
        (long long)out->batch, out->count - out->refused, order->canaries, out->refused);
    return 0;
}

void wifi_order_clear(struct wifi_order_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        free(result->items[i].sealed);
        free(result->items[i].reason);
    }
    free(result->items);
    memset(result, 0, sizeof *result);
}
