// Groups that have settings.
#include "server/settings/settings_group.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"
#include "server/settings/settings_trial.h"
#include "server/store/group_reach.h"
#include "server/store/group_tree.h"

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

static int judge_all(
    const struct settings_desk *desk, struct store_connection *connection, struct err *err)
{
    struct judging judging = {.desk = desk};
    int rc = desk->read_base(&judging.base, desk->ctx);

    if (rc < 0)
        return err_set(err, rc, "no memory for settings");
    rc = judge_fleet(&judging, connection, err);
    settings_base_clear(&judging.base);
    return rc;
}

// --- whom a change concerns

struct concern {
    struct store_connection *connection;
    const char *name; // of the group that has changed
    struct group_reach_wish wish;
    char found[SETTINGS_STORE_NAME_SIZE]; // the first group with settings that it concerns
    struct err *err;
};

// 1 if it concerns the layer. Groups are looked up by name: a layer's may be gone.
static int concerns(const struct settings_layer *layer, void *ctx)
{
    struct concern *concern = ctx;
    struct select_tree tree;
    int rc;

    if (layer->scope != SETTINGS_GROUP)
        return 0;
    rc = group_tree_read(concern->connection, layer->name, &tree, concern->err);
    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (concern->name == NULL || strcmp(layer->name, concern->name) != 0)
        rc = group_reach_find(concern->connection, &tree, &concern->wish, concern->err);
    else
        rc = 1;
    if (rc > 0)
        memcpy(concern->found, layer->name, sizeof concern->found);
    return rc;
}

// What a rollout is about to set counts as set.
static int concerns_trial(const struct rollout_trial *trial, void *ctx)
{
    return concerns(&trial->layer, ctx);
}

static int judge_concern(const struct settings_desk *desk, struct concern *concern, struct err *err)
{
    int rc;

    concern->err = err;
    rc = settings_store_each(concern->connection, concerns, concern, err);
    if (rc == 0)
        rc = rollout_patch_store_each(concern->connection, concerns_trial, concern, err);
    if (rc <= 0)
        return rc;
    rc = judge_all(desk, concern->connection, err);
    return rc < 0 ? err_context(err, "the settings of group %s", concern->found) : 0;
}

int settings_group_judge(const struct settings_desk *desk, struct store_connection *connection,
    const char *name, struct err *err)
{
    struct concern concern = {.connection = connection, .name = name, .wish = {SELECT_GROUP, name}};

    return judge_concern(desk, &concern, err);
}

int settings_group_judge_channels(
    const struct settings_desk *desk, struct store_connection *connection, struct err *err)
{
    struct concern concern = {.connection = connection, .wish = {SELECT_CHANNEL, NULL}};

    return judge_concern(desk, &concern, err);
}
