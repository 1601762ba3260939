// What filters come to by way of groups.
#include "server/store/group_reach.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/group_tree.h"

// As where_tree.c goes: the filter, who follows a channel, and groups within each other.
#define LEVELS (GROUP_TREE_DEPTH_MAX + 3)

struct search {
    struct store_connection *connection;
    const struct group_reach_wish *wish;
    struct {
        struct select_tree tree;
        size_t next;
    } path[LEVELS];
    size_t depth;
    size_t count;
    bool has_channels; // those that have a channel were looked at: they are the same each time
};

static bool is_wanted(const struct select_tree *tree, const struct select_node *node,
    const struct group_reach_wish *wish)
{
    if (wish->field == SELECT_CHANNEL && node->is_latest)
        return true;
    return node->field == wish->field &&
           (wish->group == NULL || strcmp(tree->text + node->text, wish->group) == 0);
}

static int enter(struct search *search, const char *group, struct err *err)
{
    struct select_tree *tree;
    int rc;

    if (search->depth == LEVELS || search->count++ == GROUP_TREE_COUNT_MAX)
        return err_set(err, ERR_TOO_LARGE, "the filter's groups refer to too many others");
    tree = &search->path[search->depth].tree;
    rc = group != NULL ? group_tree_read(search->connection, group, tree, err)
                       : group_tree_read_beta(search->connection, tree, err);
    search->path[search->depth++].next = 0;
    return rc;
}

// 1 if the comparison is what is looked for.
static int look_at(struct search *search, const struct select_tree *tree,
    const struct select_node *node, struct err *err)
{
    if (is_wanted(tree, node, search->wish))
        return 1;
    if (node->field == SELECT_GROUP)
        return enter(search, tree->text + node->text, err);
    if ((node->field != SELECT_CHANNEL && !node->is_latest) || search->has_channels)
        return 0;
    search->has_channels = true;
    return enter(search, NULL, err);
}

static int run(struct search *search, struct err *err)
{
    int rc = 0;

    while (rc == 0 && search->depth > 0) {
        const struct select_tree *tree = &search->path[search->depth - 1].tree;
        size_t i = search->path[search->depth - 1].next++;

        if (i == tree->count)
            search->depth--;
        else if (tree->nodes[i].join == SELECT_COMPARISON)
            rc = look_at(search, tree, &tree->nodes[i], err);
    }
    return rc;
}

int group_reach_find(struct store_connection *connection, const struct select_tree *tree,
    const struct group_reach_wish *wish, struct err *err)
{
    struct search *search = calloc(1, sizeof *search);
    int rc;

    if (search == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for groups");
    search->connection = connection;
    search->wish = wish;
    search->path[0].tree = *tree;
    search->depth = 1;
    rc = run(search, err);
    free(search);
    return rc;
}
