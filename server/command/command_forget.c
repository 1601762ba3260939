// Forgets a device, with the commands that it was given.
#include "server/command/command_forget.h"

#include "server/base/log.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/event_store.h"
#include "server/store/status_store.h"

struct request {
    const char *mac;
    bool force;
};

// A store_job. The device goes last: the others refer to it.
static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    typedef int step(struct store_connection * connection, const char *mac, struct err *err);
    static step *const steps[] = {
        download_store_forget,
        command_store_forget,
        event_store_forget,
        status_store_forget,
        device_store_remove,
    };
    const struct request *request = ctx;
    struct device device;
    int rc = device_store_get(connection, request->mac, &device, err);

    if (rc < 0)
        return rc;
    if (device.online && !request->force)
        return err_set(err, ERR_CONFLICT,
            "device %s is online and would be back with its next report; stop it first, or forget "
            "it all the same with --force",
            request->mac);
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++)
        rc = steps[i](connection, request->mac, err);
    return rc;
}

int command_forget_device(struct store *store, const char *mac, bool force, struct err *err)
{
    struct request request = {mac, force};
    int rc = store_write(store, forget, &request, err);

    if (rc == 0)
        log_info("command", "device forgotten mac=%s", mac);
    return rc;
}
