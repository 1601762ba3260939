// Forgets a device, with the commands that it was given.
#include "server/command/command_forget.h"

#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/event_store.h"
#include "server/store/key_permit_store.h"
#include "server/store/retained_store.h"
#include "server/store/rotation_store.h"
#include "server/store/status_store.h"

struct request {
    const char *mac;
    bool force;
    bool revoked; // filled in:
    struct retained retained;
    struct status_found statuses;
};

static int check(struct store_connection *connection, struct request *request, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, request->mac, &device, err);

    request->revoked = rc == 0 && device.revoked_at_ms != 0;
    if (rc == 0) {
        memcpy(request->retained.mac, device.mac, sizeof request->retained.mac);
        memcpy(request->retained.spelling, device.spelling, sizeof request->retained.spelling);
        request->retained.at_ms = clock_now_ms();
    }
    if (rc < 0 || !device.online || request->force)
        return rc;
    return err_set(err, ERR_CONFLICT,
        "device %s is online and would be back with its next report; stop it first, or forget it "
        "anyway with --force",
        request->mac);
}

// A store_job. The device goes last: the others refer to it.
static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    typedef int step(struct store_connection * connection, const char *mac, struct err *err);
    static step *const steps[] = {
        download_store_forget,
        command_store_forget,
        event_store_forget,
        key_permit_store_remove,
        rotation_store_forget,
        device_store_remove,
    };
    struct request *request = ctx;
    int rc = check(connection, request, err);

    if (rc == 0)
        rc = status_store_forget(connection, request->mac, &request->statuses, err);
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++)
        rc = steps[i](connection, request->mac, err);
    return rc < 0 ? rc : retained_store_put(connection, &request->retained, err);
}

// Looks for its statuses among all. In many short reads: a long one would keep the log of the
// database from being emptied.
static int find_statuses(struct store *store, struct request *request, struct err *err)
{
    struct store_connection *connection;
    int rc;

    do {
        rc = store_read_begin(store, &connection, err);
        if (rc < 0)
            return rc;
        rc = check(connection, request, err);
        if (rc == 0)
            rc = status_found_search(connection, request->mac, &request->statuses, err);
        store_read_end(store, connection);
    } while (rc > 0);
    return rc;
}

int command_forget_device(
    struct store *store, const struct command_forget_wish *wish, bool *revoked, struct err *err)
{
    struct request request = {.mac = wish->mac, .force = wish->force};
    struct audit_change change = {.by = wish->by,
        .verb = "forget",
        .kind = AUDIT_DEVICE,
        .object = wish->mac,
        .forced = wish->force};
    int rc = find_statuses(store, &request, err);

    if (rc == 0)
        rc = audit_run(store, &change, forget, &request, err);
    status_found_clear(&request.statuses);
    if (rc < 0)
        return rc;
    log_info("command", "device forgotten mac=%s", wish->mac);
    *revoked = request.revoked;
    return rc;
}
