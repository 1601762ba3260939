// Does what Home Assistant ordered.
#include "server/homeassistant/homeassistant_act.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/command/command_queue.h"
#include "server/command/command_update.h"
#include "server/homeassistant/homeassistant_gather.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"

#define WHO "homeassistant"

static int refuse_restart(const struct command *command, void *ctx)
{
    (void)ctx;
    return strcmp(command->name, CONTRACT_COMMAND_REBOOT) == 0 ? ERR_CONFLICT : 0;
}

// The device, and whether it is to restart already.
static int read_device(struct store *store, const struct homeassistant_order *order,
    struct homeassistant_device *device, bool *is_restarting, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_get(connection, order->mac, &device->record, err);
    if (rc == 0)
        rc = command_store_each_open(connection, order->mac, refuse_restart, NULL, NULL);
    store_read_end(store, connection);
    *is_restarting = rc == ERR_CONFLICT;
    if (rc < 0 && !*is_restarting)
        return rc;
    return homeassistant_gather_is_shown(&device->record)
               ? 0
               : err_set(err, ERR_NOT_FOUND, "it is told of no device %s", order->mac);
}

static int install(struct store *store, struct release *release,
    struct homeassistant_device *device, const struct audit_author *by, struct err *err)
{
    bool is_offered;
    int rc = homeassistant_gather_read(store, release, device, &is_offered, err);

    if (rc == 0 && !is_offered)
        rc = err_set(err, ERR_CONFLICT, "device %s is offered nothing%s%s", device->record.mac,
            device->why[0] != '\0' ? ": " : "", device->why);
    return rc < 0 ? rc : command_update_add(store, device->record.mac, by, err);
}

static int restart(
    struct store *store, const char *mac, const struct audit_author *by, struct err *err)
{
    struct command_list list = {0};
    struct command_order order = {.mac = mac, .name = CONTRACT_COMMAND_REBOOT, .by = by};
    int rc = command_queue_add(store, &order, &list, err);

    command_list_clear(&list);
    return rc;
}

int homeassistant_act_run(struct store *store, struct release *release,
    const struct homeassistant_order *order, struct err *err)
{
    struct audit_author by = {.who = WHO};
    struct homeassistant_device device = {.why = ""};
    bool is_restarting = false;
    int rc = read_device(store, order, &device, &is_restarting, err);

    snprintf(by.user, sizeof by.user, "%.*s", (int)sizeof by.user - 1, order->client);
    if (rc < 0)
        return rc;
    if (order->kind == HOMEASSISTANT_TOPIC_INSTALL)
        return install(store, release, &device, &by, err);
    return is_restarting ? err_set(err, ERR_CONFLICT, "device %s is to restart already", order->mac)
                         : restart(store, order->mac, &by, err);
}
