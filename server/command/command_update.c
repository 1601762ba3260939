// Both steps of an update, one after the other.
#include "server/command/command_update.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/store/batch_store.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/mark_store.h"

struct update {
    const char *mac;
    int64_t ids[2];
};

static int refuse_update(const struct command *command, void *ctx)
{
    (void)ctx;
    return strcmp(command->name, CONTRACT_COMMAND_FIRMWARE) == 0 ||
                   strcmp(command->name, CONTRACT_COMMAND_FLASH) == 0
               ? ERR_CONFLICT
               : 0;
}

static int check(struct store_connection *connection, const char *mac, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc == 0 && device.revoked_at_ms != 0)
        return err_set(err, ERR_CONFLICT, "device %s is revoked, and gets no commands", mac);
    if (rc == 0)
        rc = mark_store_check_free(connection, mac, err);
    if (rc < 0)
        return rc;
    rc = command_store_each_open(connection, mac, refuse_update, NULL, err);
    return rc == ERR_CONFLICT ? err_set(err, rc, "device %s has an update under way already", mac)
                              : rc;
}

// A store_job.
static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    static const char *const names[] = {CONTRACT_COMMAND_FIRMWARE, CONTRACT_COMMAND_FLASH};
    struct update *update = ctx;
    int rc = check(connection, update->mac, err);
    struct command command = {.created_at_ms = clock_now_ms()};

    snprintf(command.mac, sizeof command.mac, "%s", update->mac);
    for (int i = 0; i < 2 && rc == 0; i++) {
        command.state = i == 0 ? COMMAND_QUEUED : COMMAND_WAITING;
        command.wave = i;
        snprintf(command.name, sizeof command.name, "%s", names[i]);
        rc = command_store_add(connection, &command, err);
        update->ids[i] = command.id;
        if (rc == 0 && i == 0)
            rc = batch_store_begin(connection, &command, err);
    }
    return rc;
}

static void tell(struct audit_told *told, const void *ctx)
{
    const struct update *update = ctx;

    snprintf(told->object, sizeof told->object, "%s", update->mac);
    audit_json_add_text(
        &told->after, "command", CONTRACT_COMMAND_FIRMWARE ", " CONTRACT_COMMAND_FLASH);
    audit_json_add_number(&told->after, "first_id", update->ids[0]);
    audit_json_add_number(&told->after, "last_id", update->ids[1]);
}

int command_update_add(
    struct store *store, const char *mac, const struct audit_author *by, struct err *err)
{
    struct update update = {.mac = mac};
    struct audit_change change = {.by = by, .verb = "order", .kind = AUDIT_COMMAND, .tell = tell};

    return audit_run(store, &change, add, &update, err);
}
