// Through a tree, without recursion.
#include "server/select/select_walk.h"

static void push(struct select_walk *walk, size_t node)
{
    walk->path[walk->depth].node = node;
    walk->path[walk->depth++].visits = 0;
}

void select_walk_begin(struct select_walk *walk, const struct select_tree *tree)
{
    walk->tree = tree;
    walk->depth = 0;
    push(walk, tree->root);
}

bool select_walk_next(struct select_walk *walk, struct select_walk_step *out)
{
    const struct select_node *nodes = walk->tree->nodes;
    size_t top = walk->depth;

    if (top == 0)
        return false;
    top--;

    const struct select_node *node = &nodes[walk->path[top].node];
    bool has_two = node->join == SELECT_AND || node->join == SELECT_OR;
    int visits = walk->path[top].visits++;

    out->node = node;
    out->outer = top > 0 ? nodes[walk->path[top - 1].node].join : SELECT_OR;
    out->visit = visits == 0              ? SELECT_VISIT_ENTER
                 : visits == 1 && has_two ? SELECT_VISIT_BETWEEN
                                          : SELECT_VISIT_LEAVE;
    if (node->join == SELECT_COMPARISON || out->visit == SELECT_VISIT_LEAVE)
        walk->depth--;
    else
        push(walk, out->visit == SELECT_VISIT_ENTER ? node->left : node->right);
    return true;
}
