// Whoever bore a certificate that is revoked.
#include "server/revocation/revocation_bearer.h"

#include "server/base/log.h"
#include "server/store/device_store.h"

int revocation_bearer_set_offline(
    struct store_connection *connection, struct device_record *device, struct err *err)
{
    if (!device->online)
        return 0;
    device->online = false;
    device->reason = DEVICE_REASON_CERTIFICATE;
    return device_store_put(connection, device, NULL, err);
}

struct ending {
    const char *mac;
    int64_t at_ms;
};

static int end(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct ending *ending = ctx;
    struct device_record device;
    int rc = device_store_get(connection, ending->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    return device.last_seen_ms > ending->at_ms
               ? 0
               : revocation_bearer_set_offline(connection, &device, err);
}

void revocation_bearer_end(struct store *store, const char *mac, int64_t at_ms)
{
    struct ending ending = {mac, at_ms};
    struct err err = {0};

    if (store_write(store, end, &ending, &err) < 0)
        log_warning("revocation",
            "the end of a connection is not recorded mac=%s error=\"%s\": the device is shown as "
            "online until it falls silent",
            mac, err.message);
}
