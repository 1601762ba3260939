// The operator's word: commands into the queue, all or none.
#include "server/command/command_queue.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/utf8.h"
#include "server/command/command_key.h"
#include "server/select/select_format.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/mark_store.h"

#define FILTER_SHOWN 200 // bytes of one, in the audit log

struct request {
    struct command_list *list;
    const struct command_order *order;
    struct store_connection *connection;
    int64_t now_ms;
};

static struct command make_command(const struct request *request, const char *mac)
{
    struct command command = {.state = COMMAND_QUEUED,
        .created_at_ms = request->now_ms,
        .forced = request->order->forced};

    snprintf(command.mac, sizeof command.mac, "%s", mac);
    snprintf(command.name, sizeof command.name, "%s", request->order->name);
    return command;
}

static bool is_key(const struct request *request)
{
    return strcmp(request->order->name, CONTRACT_COMMAND_KEY) == 0;
}

// Of those to many, one that is shut out or held is left out.
static int collect(const struct device_record *device, void *ctx)
{
    const struct request *request = ctx;

    if (device->revoked_at_ms != 0)
        return 0;

    int free = mark_store_check_free(request->connection, device->mac, NULL);

    if (free < 0)
        return free == ERR_CONFLICT ? 0 : free;
    if (is_key(request)) { // nor one that would be refused the file
        int rc = command_key_check(request->connection, device->mac, NULL);

        if (rc < 0)
            return rc == ERR_CONFLICT ? 0 : rc;
    }

    struct command command = make_command(request, device->mac);

    return command_list_append(request->list, &command);
}

// That device alone: why it gets none is said.
static int check_one(struct store_connection *connection, const struct request *request,
    struct device_record *device, struct err *err)
{
    int rc = device_store_get(connection, request->order->mac, device, err);

    if (rc == 0 && device->revoked_at_ms != 0)
        rc = err_set(err, ERR_CONFLICT,
            "device %s is revoked, and gets no commands; 'secureesp devices readmit %s' lets "
            "it in again",
            device->mac, device->mac);
    if (rc == 0)
        rc = mark_store_check_free(connection, device->mac, err);
    if (rc == 0 && is_key(request))
        rc = command_key_check(connection, device->mac, err);
    return rc;
}

// A store_job. The devices are read before the first command is added: adding one touches them.
static int queue_commands(struct store_connection *connection, void *ctx, struct err *err)
{
    struct request *request = ctx;
    struct device_record device;
    int rc;

    request->connection = connection;
    request->now_ms = clock_now_ms(); // here, since the writer also moves the clock
    if (request->order->mac == NULL) {
        rc = device_store_each(connection, request->order->filter, collect, ctx, err);
        if (rc == 0 && is_key(request) && request->list->count == 0)
            rc = err_set(err, ERR_CONFLICT,
                "no device may fetch its private key; 'secureesp devices key MAC on --key FILE' "
                "lets "
                "one do so once");
    } else {
        rc = check_one(connection, request, &device, err);
        if (rc == 0)
            rc = collect(&device, ctx);
    }
    for (size_t i = 0; rc == 0 && i < request->list->count; i++) {
        struct command command = make_command(request, request->list->items[i].mac);

        rc = command_store_add(connection, &command, err);
        request->list->items[i].id = command.id;
    }
    return rc;
}

struct filters {
    const struct select_tree *trees;
    char text[SELECT_FORMAT_SIZE];
};

static const char *mac_of(size_t i, void *ctx)
{
    return ((const struct command_list *)ctx)->items[i].mac;
}

// A filter that the devices met, cut where it is long.
static const char *filter_of(size_t i, void *ctx)
{
    struct filters *filters = ctx;

    if (select_format(&filters->trees[i], filters->text, sizeof filters->text, NULL) < 0)
        return "?"; // there is room for any
    filters->text[utf8_fit(filters->text, FILTER_SHOWN)] = '\0';
    return filters->text;
}

static void tell_filters(struct audit_told *told, const struct device_filter *filter)
{
    struct filters filters = {.trees = filter->trees};

    snprintf(told->object, sizeof told->object, "filter");
    audit_json_add_list(&told->after, "filters", filter->tree_count, filter_of, &filters);
}

static void tell(struct audit_told *told, const void *ctx)
{
    const struct request *request = ctx;
    const struct command_order *order = request->order;
    const struct command_list *list = request->list;

    if (list->count == 0)
        return;
    audit_json_add_text(&told->after, "command", order->name);
    if (order->mac != NULL)
        snprintf(told->object, sizeof told->object, "%s", order->mac);
    else if (order->filter != NULL && order->filter->tree_count > 0)
        tell_filters(told, order->filter);
    else
        snprintf(told->object, sizeof told->object, "all");
    audit_json_add_number(&told->after, "count", (int64_t)list->count);
    audit_json_add_number(&told->after, "first_id", list->items[0].id);
    audit_json_add_number(&told->after, "last_id", list->items[list->count - 1].id);
    audit_json_add_list(&told->after, "macs", list->count, mac_of, request->list);
}

int command_queue_add(struct store *store, const struct command_order *order,
    struct command_list *list, struct err *err)
{
    struct request request = {.list = list, .order = order};
    struct audit_change change = {.by = order->by,
        .verb = "order",
        .kind = AUDIT_COMMAND,
        .forced = order->forced,
        .tell = tell};

    if (strcmp(order->name, CONTRACT_COMMAND_WIFI) == 0)
        return err_set(
            err, ERR_INVALID, "'secureesp wifi set' gives that command, as it brings the networks");
    if (!command_name_is_known(order->name))
        return err_set(err, ERR_INVALID,
            "there is no command '%.40s'; there are firmware, flash, reboot, ca, cert, key and "
            "config",
            order->name);
    if (order->forced && strcmp(order->name, CONTRACT_COMMAND_FLASH) != 0)
        return err_set(err, ERR_INVALID, "only flash can be forced, not %s", order->name);
    return audit_run(store, &change, queue_commands, &request, err);
}
