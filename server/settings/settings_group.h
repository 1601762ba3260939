#ifndef SETTINGS_GROUP_H
#define SETTINGS_GROUP_H

#include "server/base/err.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// What settings say to changes of groups. Within the change, once it is written: an error undoes
// it.

// A group has another filter. If it has settings, or one that has refers to it, it is judged what
// devices would get: ERR_INVALID.
ERR_CHECKED int settings_group_judge(const struct settings_desk *desk,
    struct store_connection *connection, const char *name, struct err *err);

// Devices follow other channels, by which groups with settings may ask: as above.
ERR_CHECKED int settings_group_judge_channels(
    const struct settings_desk *desk, struct store_connection *connection, struct err *err);

// A group goes. ERR_CONFLICT while it has settings, or is to get some by a rollout.
ERR_CHECKED int settings_group_judge_removal(
    struct store_connection *connection, const char *name, struct err *err);

#endif
