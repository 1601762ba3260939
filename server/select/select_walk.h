#ifndef SELECT_WALK_H
#define SELECT_WALK_H

#include "server/select/select_tree.h"

// Goes through a tree in the order in which it is written: into each comparison once; into what
// joins others (ENTER), between the two (BETWEEN, not of a NOT), and out of it (LEAVE).

enum select_visit { SELECT_VISIT_ENTER, SELECT_VISIT_BETWEEN, SELECT_VISIT_LEAVE };

struct select_walk {
    const struct select_tree *tree;
    struct {
        size_t node;
        int visits;           // so far
    } path[SELECT_NODES_MAX]; // from the root to where it is
    size_t depth;
};

struct select_walk_step {
    const struct select_node *node;
    enum select_visit visit;
    enum select_join outer; // what the node stands in; SELECT_OR: in nothing
};

// Borrows the tree, which is not empty.
void select_walk_begin(struct select_walk *walk, const struct select_tree *tree);

// False at the end.
bool select_walk_next(struct select_walk *walk, struct select_walk_step *out);

#endif
