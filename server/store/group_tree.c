// Groups in filters, which may refer to others.
#include "server/store/group_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/select/select_parse.h"

int group_tree_read(
    struct store_connection *connection, const char *name, struct select_tree *out, struct err *err)
{
    struct device_group group;
    int rc = group_store_get(connection, name, &group, err);

    if (rc < 0)
        return rc; // which names it
    rc = select_parse(group.filter, out, err);
    return rc < 0 ? err_context(err, "group %.40s", name) : 0;
}

// The names of some groups, as "group=a or group=b".
struct names {
    enum channel channel; // of those that have it
    size_t count;
    char text[GROUP_TREE_CHANNELS_MAX * (GROUP_STORE_NAME_SIZE + sizeof " or group=")];
};

static int add_name(const struct device_group *group, void *ctx)
{
    struct names *names = ctx;
    size_t n = strlen(names->text);

    if (group->channel != names->channel)
        return 0;
    if (names->count++ == GROUP_TREE_CHANNELS_MAX)
        return ERR_TOO_LARGE;
    snprintf(
        names->text + n, sizeof names->text - n, "%sgroup=%s", n > 0 ? " or " : "", group->name);
    return 0;
}

static int list_names(struct store_connection *connection, struct names *names, struct err *err)
{
    int rc = group_store_each(connection, add_name, names, err);

    return rc == ERR_TOO_LARGE
               ? err_set(err, rc, "more than %d groups have a channel", GROUP_TREE_CHANNELS_MAX)
               : rc;
}

int group_tree_read_beta(
    struct store_connection *connection, struct select_tree *out, struct err *err)
{
    struct names beta = {.channel = CHANNEL_BETA};
    struct names stable = {.channel = CHANNEL_STABLE};
    char text[SELECT_FILTER_MAX + 1];
    int rc = list_names(connection, &beta, err);

    if (rc == 0)
        rc = list_names(connection, &stable, err);
    if (rc < 0)
        return rc;
    if (beta.count == 0)
        snprintf(text, sizeof text, "ownchannel=beta");
    else
        snprintf(text, sizeof text, "ownchannel=beta or ownchannel=none (%s)%s%s%s", beta.text,
            stable.count > 0 ? " not (" : "", stable.text, stable.count > 0 ? ")" : "");
    return select_parse(text, out, err);
}

// --- what a group comes to

struct search {
    struct store_connection *connection;
    const struct device_group *group;
    // From the group to where it is: trees, and how far it has come in each.
    struct {
        struct select_tree tree;
        size_t next;
    } path[GROUP_TREE_DEPTH_MAX + 1];
    size_t depth;
    size_t count;
};

static int refuse_node(const struct search *search, const struct select_node *node, struct err *err)
{
    bool by_channel =
        node->join == SELECT_COMPARISON && (node->field == SELECT_CHANNEL || node->is_latest);

    if (by_channel && search->group->channel != CHANNEL_NONE)
        return err_set(err, ERR_CONFLICT,
            "group %s has a channel: its filter, and the groups that it refers to, cannot ask for "
            "one, nor for the latest image",
            search->group->name);
    return 0;
}

static int enter(struct search *search, const char *name, struct err *err)
{
    if (strcmp(name, search->group->name) == 0)
        return err_set(err, ERR_CONFLICT,
            "group %s would come to itself, by the groups that its filter asks for", name);
    if (search->depth > GROUP_TREE_DEPTH_MAX)
        return err_set(err, ERR_TOO_LARGE, "group %s would refer to others more than %d deep",
            search->group->name, GROUP_TREE_DEPTH_MAX);
    if (search->count++ == GROUP_TREE_OTHERS_MAX)
        return err_set(err, ERR_TOO_LARGE, "group %s would come to more than %d others",
            search->group->name, GROUP_TREE_OTHERS_MAX);
    search->path[search->depth].next = 0;
    return group_tree_read(search->connection, name, &search->path[search->depth++].tree, err);
}

static int visit(struct search *search, struct err *err)
{
    int rc = 0;

    while (rc == 0 && search->depth > 0) {
        const struct select_tree *tree = &search->path[search->depth - 1].tree;
        size_t i = search->path[search->depth - 1].next++;

        if (i == tree->count) {
            search->depth--;
            continue;
        }
        rc = refuse_node(search, &tree->nodes[i], err);
        if (rc == 0 && tree->nodes[i].join == SELECT_COMPARISON &&
            tree->nodes[i].field == SELECT_GROUP)
            rc = enter(search, tree->text + tree->nodes[i].text, err);
    }
    return rc;
}

// *count: the groups that it comes to.
static int check_one(struct store_connection *connection, const struct device_group *group,
    size_t *count, struct err *err)
{
    struct search *search = calloc(1, sizeof *search);

    if (search == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for groups");
    search->connection = connection;
    search->group = group;
    search->depth = 1;

    int rc = select_parse(group->filter, &search->path[0].tree, err);

    if (rc == 0)
        rc = visit(search, err);
    *count = search->count;
    free(search);
    return rc;
}

int group_tree_check(
    struct store_connection *connection, const struct device_group *group, struct err *err)
{
    size_t count;

    return check_one(connection, group, &count, err);
}

struct all {
    struct store_connection *connection;
    struct err *err;
    size_t channels; // groups that have one
    size_t others;   // to which these come, with themselves
};

static int check_next(const struct device_group *group, void *ctx)
{
    struct all *all = ctx;
    size_t count;
    int rc = check_one(all->connection, group, &count, all->err);

    if (rc == 0 && group->channel != CHANNEL_NONE) {
        all->channels++;
        all->others += 1 + count;
    }
    return rc;
}

int group_tree_check_all(struct store_connection *connection, struct err *err)
{
    struct all all = {.connection = connection, .err = err};
    int rc = group_store_each(connection, check_next, &all, err);

    if (rc == 0 && (all.channels > GROUP_TREE_CHANNELS_MAX || all.others > GROUP_TREE_OTHERS_MAX))
        return err_set(err, ERR_CONFLICT,
            "at most %d groups have a channel, which come to at most %d; end that of another",
            GROUP_TREE_CHANNELS_MAX, GROUP_TREE_OTHERS_MAX);
    return rc;
}
