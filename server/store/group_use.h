#ifndef GROUP_USE_H
#define GROUP_USE_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/store/store.h"

// What asks for a group, and so needs it. Rollouts of an image do not: they choose their devices
// once.
enum group_user {
    GROUP_USER_GROUP,    // another one, by its filter
    GROUP_USER_WEBHOOK,  // by its filter
    GROUP_USER_SETTINGS, // that are set for the group: they bear its name
    GROUP_USER_ROLLOUT,  // that is about to set some for it
    GROUP_USER_COUNT
};

// Calls each() for all that ask for it, until it returns non-zero, which is then returned. ERR_IO,
// ERR_NO_MEMORY.
ERR_CHECKED int group_use_each(struct store_connection *connection, const char *group,
    int (*each)(enum group_user user, const char *name, void *ctx), void *ctx, struct err *err);

// Whether it may be removed. ERR_CONFLICT, and says what asks for it: a webhook unless it is
// forced, all else in any case. ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int group_use_check_removal(
    struct store_connection *connection, const char *group, bool force, struct err *err);

#endif
