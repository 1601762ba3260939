// Whether what a rollout of a configuration brings may become settings.
#include "server/rollout/rollout_config_end.h"

#include "server/settings/settings_want.h"
#include "server/store/rollout_device_store.h"

struct looking {
    struct store_connection *connection;
    const struct settings_base *base;
    struct err *err;
};

// 1 for the first that counts.
static int look(const struct rollout_device *device, void *ctx)
{
    const struct looking *looking = ctx;
    struct settings_want want;
    int rc;

    if (device->stage != ROLLOUT_UPDATED)
        return 0;
    rc = settings_want_read(looking->connection, looking->base, device->mac, &want, looking->err);
    return rc < 0 ? rc : want.is_tried;
}

int rollout_config_end_check(const struct settings_desk *desk, struct store_connection *connection,
    const struct rollout *rollout, struct err *err)
{
    struct settings_base base;
    struct looking looking = {connection, &base, err};
    int rc = desk->read_base(&base, desk->ctx);

    if (rc < 0)
        return err_set(err, rc, "no memory for settings");
    rc = rollout_device_store_each(connection, rollout->id, INT64_MAX, look, &looking, err);
    settings_base_clear(&base);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return err_set(err, ERR_CONFLICT, "no device of %s%s runs it: those that do have left",
        rollout->patch.name[0] != '\0' ? "group " : "the fleet", rollout->patch.name);
}
