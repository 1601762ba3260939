// Who can be given Wi-Fi networks.
#include "server/wifi/wifi_judge.h"

#include <string.h>

#include "common/contract.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/mark_store.h"

static int note_wifi(const struct command *command, void *ctx)
{
    if (strcmp(command->name, CONTRACT_COMMAND_WIFI) != 0)
        return 0;
    *(int64_t *)ctx = command->id;
    return 1;
}

int wifi_judge_device(struct store_connection *connection, const char *mac,
    struct device_record *out, struct err *err)
{
    int64_t id = 0;
    int rc = device_store_get(connection, mac, out, err);

    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc, "the device is unknown");
    if (rc < 0)
        return rc;
    if (out->revoked_at_ms != 0)
        return err_set(err, ERR_REVOKED, "the device is revoked");
    rc = mark_store_check_free(connection, mac, err);
    if (rc < 0)
        return rc;
    if (!out->speaks_events)
        return err_set(err, ERR_CONFLICT,
            "it does not know the command: it has sent no event, as sketches do not");
    rc = command_store_each_open(connection, mac, note_wifi, &id, err);
    if (rc < 0 || id == 0)
        return rc < 0 ? rc : 0;
    // Of two that wait, the older could come last.
    return err_set(err, ERR_CONFLICT,
        "it has networks on the way to it already; 'secureesp command cancel %lld' takes them back",
        (long long)id);
}
