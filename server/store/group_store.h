#ifndef GROUP_STORE_H
#define GROUP_STORE_H

#include <stdint.h>

#include "server/model/channel.h"
#include "server/select/select_tree.h"
#include "server/store/store.h"

// Groups: filters with names. All: ERR_IO if the database fails.

#define GROUP_STORE_NAME_SIZE 33
#define GROUP_STORE_BY_SIZE 46 // as "uid 1000", or an address

struct device_group {
    char name[GROUP_STORE_NAME_SIZE];
    char filter[SELECT_FILTER_MAX + 1]; // as it was given
    char set_by[GROUP_STORE_BY_SIZE];
    int64_t set_at_ms;
    enum channel channel; // that its devices follow
};

// ERR_NOT_FOUND.
ERR_CHECKED int group_store_get(struct store_connection *connection, const char *name,
    struct device_group *out, struct err *err);

// Inserts or replaces.
ERR_CHECKED int group_store_put(
    struct store_connection *connection, const struct device_group *group, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int group_store_remove(
    struct store_connection *connection, const char *name, struct err *err);

// Calls each() for every group, by name, until it returns non-zero, which is then returned.
ERR_CHECKED int group_store_each(struct store_connection *connection,
    int (*each)(const struct device_group *group, void *ctx), void *ctx, struct err *err);

#endif
