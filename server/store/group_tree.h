#ifndef GROUP_TREE_H
#define GROUP_TREE_H

#include "server/base/err.h"
#include "server/select/select_tree.h"
#include "server/store/group_store.h"
#include "server/store/store.h"

// Groups in filters: a filter may refer to a group, and its filter to others.

#define GROUP_TREE_DEPTH_MAX 4     // groups within each other
#define GROUP_TREE_COUNT_MAX 128   // groups that one filter comes to, each as often as it does
#define GROUP_TREE_OTHERS_MAX 64   // the same of one group, and of all that have a channel
#define GROUP_TREE_CHANNELS_MAX 16 // groups that have a channel: they are asked at polls

// The group's filter. ERR_NOT_FOUND, ERR_IO.
ERR_CHECKED int group_tree_read(struct store_connection *connection, const char *name,
    struct select_tree *out, struct err *err);

// The filter of who follows beta: of whom that was said, or, if nothing was said of the device
// itself, who is in a group that does and in none that follows stable. ERR_TOO_LARGE, ERR_IO.
ERR_CHECKED int group_tree_read_beta(
    struct store_connection *connection, struct select_tree *out, struct err *err);

// Whether one group is sound, as group_tree_check_all() says it of each.
ERR_CHECKED int group_tree_check(
    struct store_connection *connection, const struct device_group *group, struct err *err);

// Whether all groups are sound, for a transaction that has put one: ERR_CONFLICT if one comes to
// itself, if one that has a channel asks for a channel or the latest image, or if too many have
// one; ERR_NOT_FOUND if one refers to a group that is not there; ERR_TOO_LARGE if one comes to too
// many.
ERR_CHECKED int group_tree_check_all(struct store_connection *connection, struct err *err);

#endif
