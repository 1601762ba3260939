// The operator's word: commands into the queue, all or none.
#include "server/command/command_queue.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"

struct request {
    struct command_list *list;
    const char *mac; // NULL: every known device
    const char *name;
    int64_t now_ms;
};

static struct command make_command(const char *mac, const char *name, int64_t now_ms)
{
    struct command command = {.state = COMMAND_QUEUED, .created_at_ms = now_ms};

    snprintf(command.mac, sizeof command.mac, "%s", mac);
    snprintf(command.name, sizeof command.name, "%s", name);
    return command;
}

static int collect(const struct device *device, void *ctx)
{
    const struct request *request = ctx;
    struct command command = make_command(device->mac, request->name, request->now_ms);

    return command_list_append(request->list, &command);
}

// A store_job. The devices are read before the first command is added: adding one touches them.
static int queue_commands(struct store_connection *connection, void *ctx, struct err *err)
{
    struct request *request = ctx;
    struct device device;
    int rc;

    request->now_ms = clock_now_ms(); // here, since the writer also moves the clock

    if (request->mac == NULL) {
        rc = device_store_each(connection, NULL, collect, ctx, err);
    } else {
        rc = device_store_get(connection, request->mac, &device, err);
        if (rc == 0)
            rc = collect(&device, ctx);
    }
    for (size_t i = 0; rc == 0 && i < request->list->count; i++) {
        struct command command =
            make_command(request->list->items[i].mac, request->name, request->now_ms);

        rc = command_store_add(connection, &command, err);
        request->list->items[i].id = command.id;
    }
    return rc;
}

int command_queue_add(struct store *store, const char *mac, const char *name,
    struct command_list *list, struct err *err)
{
    struct request request = {
        .list = list,
        .mac = mac,
        .name = name,
    };

    if (!command_name_is_known(name))
        return err_set(err, ERR_INVALID,
            "no command is named '%.40s'; there are firmware, flash, reboot, ca, cert, key and "
            "config",
            name);
    return store_write(store, queue_commands, &request, err);
}
