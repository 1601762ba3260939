// Which devices of the fleet are in a group.
#include "server/settings/settings_fleet_group.h"

#include <stdlib.h>
#include <string.h>

#include "server/settings/settings_member.h"
#include "server/store/device_store.h"

struct marking {
    const struct settings_fleet_group *to;
    size_t at; // of the device that was marked last: both go by MAC
};

static int mark(const struct device_record *device, void *ctx)
{
    struct marking *marking = ctx;
    const struct settings_fleet_group *to = marking->to;

    while (marking->at < to->count && strcmp(to->devices[marking->at].config.mac, device->mac) < 0)
        marking->at++;
    if (marking->at < to->count && strcmp(to->devices[marking->at].config.mac, device->mac) == 0)
        to->devices[marking->at].groups |= to->bit;
    return 0;
}

int settings_fleet_group_mark(struct store_connection *connection, const char *name,
    const struct settings_fleet_group *to, struct err *err)
{
    struct select_tree *tree = malloc(sizeof *tree);
    struct device_filter filter = {.trees = tree, .tree_count = 1, .now_ms = to->now_ms};
    struct marking marking = {to, 0};
    int rc;

    if (tree == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
    rc = settings_member_read(connection, name, tree, err);
    if (rc == 0)
        rc = device_store_each(connection, &filter, mark, &marking, err);
    free(tree);
    return rc;
}
