// Members of groups.
#include "server/settings/settings_member.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mac.h"
#include "server/select/select_parse.h"
#include "server/store/device_store.h"
#include "server/store/group_reach.h"
#include "server/store/group_store.h"

int settings_member_read(struct store_connection *connection, const char *group,
    struct select_tree *out, struct err *err)
{
    static const struct group_reach_wish drift = {.field = SELECT_DRIFTED};
    struct device_group found;
    int rc = group_store_get(connection, group, &found, err);

    if (rc == 0)
        rc = select_parse(found.filter, out, err);
    if (rc == 0)
        rc = group_reach_find(connection, out, &drift, err);
    if (rc > 0)
        return err_set(err, ERR_INVALID,
            "group %s: its filter, or that of a group that it refers to, asks whether devices have "
            "drifted, which depends on their settings: it can have none",
            group);
    return rc;
}

int settings_member_meets(struct store_connection *connection, const char *mac,
    const struct select_tree *filter, int64_t now_ms, struct err *err)
{
    struct select_tree *both = calloc(2, sizeof *both);
    struct device_filter devices = {.trees = both, .tree_count = 2, .now_ms = now_ms};
    char text[MAC_SIZE + sizeof "mac="];
    int64_t count = 0;
    int rc;

    if (both == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    snprintf(text, sizeof text, "mac=%s", mac);
    both[1] = *filter;
    rc = select_parse(text, &both[0], err);
    if (rc == 0)
        rc = device_store_count_filtered(connection, &devices, &count, err);
    free(both);
    return rc < 0 ? rc : count > 0;
}
