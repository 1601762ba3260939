#ifndef SETTINGS_MEMBER_H
#define SETTINGS_MEMBER_H

#include "server/select/select_tree.h"
#include "server/store/store.h"

// Who is a member of a group.

// Reads the group's filter. ERR_NOT_FOUND; ERR_INVALID for one that a group with settings must not
// have, by itself or by a group that it refers to: whether a device has drifted depends on the
// settings themselves. As group_reach_find().
ERR_CHECKED int settings_member_read(struct store_connection *connection, const char *group,
    struct select_tree *out, struct err *err);

// 1 if the device meets the filter now, else 0, or an error.
ERR_CHECKED int settings_member_meets(struct store_connection *connection, const char *mac,
    const struct select_tree *filter, int64_t now_ms, struct err *err);

#endif
