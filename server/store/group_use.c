// What groups are needed for.
#include "server/store/group_use.h"

#include <stdlib.h>
#include <string.h>

#include "server/select/select_parse.h"
#include "server/store/group_store.h"
#include "server/store/rollout_patch_store.h"
#include "server/store/settings_store.h"
#include "server/store/webhook_store.h"

struct looking {
    const char *group;
    struct select_tree *tree; // room for one
    int (*each)(enum group_user user, const char *name, void *ctx);
    void *ctx;
};

static bool asks(const struct looking *looking, const char *filter)
{
    const struct select_tree *tree = looking->tree;

    if (filter[0] == '\0' || select_parse(filter, looking->tree, NULL) < 0)
        return false;
    for (size_t i = 0; i < tree->count; i++) {
        const struct select_node *node = &tree->nodes[i];

        if (node->join == SELECT_COMPARISON && node->field == SELECT_GROUP &&
            strcmp(tree->text + node->text, looking->group) == 0)
            return true;
    }
    return false;
}

static int look_at_group(const struct device_group *group, void *ctx)
{
    const struct looking *looking = ctx;

    return asks(looking, group->filter) ? looking->each(GROUP_USER_GROUP, group->name, looking->ctx)
                                        : 0;
}

static int look_at_webhook(const struct webhook *webhook, void *ctx)
{
    const struct looking *looking = ctx;

    return asks(looking, webhook->filter)
               ? looking->each(GROUP_USER_WEBHOOK, webhook->name, looking->ctx)
               : 0;
}

static int look_at_rollout(const struct rollout_trial *trial, void *ctx)
{
    const struct looking *looking = ctx;
    bool is_for =
        trial->layer.scope == SETTINGS_GROUP && strcmp(trial->layer.name, looking->group) == 0;

    return is_for ? looking->each(GROUP_USER_ROLLOUT, trial->rollout_name, looking->ctx) : 0;
}

static int look_at_settings(
    struct store_connection *connection, const struct looking *looking, struct err *err)
{
    struct settings_layer layer;
    int rc = settings_store_get(connection, SETTINGS_GROUP, looking->group, &layer, err);

    if (rc < 0 || layer.patch[0] == '\0')
        return rc;
    return looking->each(GROUP_USER_SETTINGS, looking->group, looking->ctx);
}

int group_use_each(struct store_connection *connection, const char *group,
    int (*each)(enum group_user user, const char *name, void *ctx), void *ctx, struct err *err)
{
    struct looking looking = {group, malloc(sizeof *looking.tree), each, ctx};
    int rc;

    if (looking.tree == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    rc = group_store_each(connection, look_at_group, &looking, err);
    if (rc == 0)
        rc = webhook_store_each(connection, look_at_webhook, &looking, err);
    free(looking.tree);
    if (rc == 0)
        rc = rollout_patch_store_each(connection, look_at_rollout, &looking, err);
    return rc != 0 ? rc : look_at_settings(connection, &looking, err);
}

// --- removal

struct removal {
    const char *group;
    bool force;
    struct err *err;
};

static int judge(enum group_user user, const char *name, void *ctx)
{
    const struct removal *removal = ctx;
    const char *group = removal->group;

    if (user == GROUP_USER_GROUP)
        return err_set(removal->err, ERR_CONFLICT, "group %s is not removed: group %s refers to it",
            group, name);
    if (user == GROUP_USER_ROLLOUT)
        return err_set(removal->err, ERR_CONFLICT,
            "group %s is not removed: rollout %s brings its devices another config.json; let that "
            "end, or abort it",
            group, name);
    if (user == GROUP_USER_SETTINGS)
        return err_set(removal->err, ERR_CONFLICT,
            "group %s is not removed: it has settings, which its devices would lose; 'secureesp "
            "settings patch --group %s --replace' with {} takes them away first",
            group, group);
    return removal->force
               ? 0
               : err_set(removal->err, ERR_CONFLICT,
                     "group %s is not removed: webhook %s asks for it, and nothing would be sent "
                     "to that any more; 'secureesp webhooks remove' and 'add' give it another "
                     "filter, --force removes the group all the same",
                     group, name);
}

int group_use_check_removal(
    struct store_connection *connection, const char *group, bool force, struct err *err)
{
    struct removal removal = {group, force, err};

    return group_use_each(connection, group, judge, &removal, err);
}
