#ifndef GROUP_REACH_H
#define GROUP_REACH_H

#include "server/base/err.h"
#include "server/select/select_tree.h"
#include "server/store/store.h"

// What is looked for in a filter, in the groups that it refers to, and, where it asks who follows a
// channel or for the latest image, in the groups that have a channel.
struct group_reach_wish {
    enum select_field field; // that a comparison has; SELECT_CHANNEL: or it is the latest image
    const char *group;       // of SELECT_GROUP: this one; NULL: any
};

// 1 if it is there, 0 if not. The bounds are those of filters themselves: ERR_TOO_LARGE if groups
// are too deep within each other or too many, as where one comes to itself; ERR_NOT_FOUND without
// one of them; ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int group_reach_find(struct store_connection *connection,
    const struct select_tree *tree, const struct group_reach_wish *wish, struct err *err);

#endif
