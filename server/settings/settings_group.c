// Groups that have settings.
#include "server/settings/settings_group.h"

#include "server/base/clock.h"
#include "server/settings/settings_fleet.h"

struct judging {
    const struct settings_desk *desk;
    struct settings_base base;
};

static int judge(const json_t *effective, void *ctx, struct err *err)
{
    const struct judging *judging = ctx;

    return judging->desk->judge_names(effective, &judging->base, judging->desk->ctx, err);
}

static int judge_fleet(
    struct judging *judging, struct store_connection *connection, struct err *err)
{
    struct settings_fleet *fleet = NULL;
    int rc = settings_fleet_load(connection, &judging->base, clock_now_ms(), &fleet, err);

    if (rc == 0)
        rc = settings_fleet_compute(fleet, judge, judging, err);
    settings_fleet_free(fleet);
    return rc;
}

int settings_group_judge(const struct settings_desk *desk, struct store_connection *connection,
    const char *name, struct err *err)
{
    struct judging judging = {.desk = desk};
    struct settings_layer layer;
    int rc = settings_store_get(connection, SETTINGS_GROUP, name, &layer, err);

    if (rc < 0 || layer.patch[0] == '\0')
        return rc;
    rc = desk->read_base(&judging.base, desk->ctx);
    if (rc < 0)
        return err_set(err, rc, "no memory for settings");
    rc = judge_fleet(&judging, connection, err);
    settings_base_clear(&judging.base);
    return rc < 0 ? err_context(err, "the settings of group %s", name) : 0;
}

int settings_group_judge_removal(
    struct store_connection *connection, const char *name, struct err *err)
{
    struct settings_layer layer;
    int rc = settings_store_get(connection, SETTINGS_GROUP, name, &layer, err);

    if (rc < 0 || layer.patch[0] == '\0')
        return rc;
    return err_set(err, ERR_CONFLICT,
        "group %s is not removed: it has settings, which its devices would lose; 'secureesp "
        "settings patch --group %s --replace' with {} takes them away first",
        name, name);
}
