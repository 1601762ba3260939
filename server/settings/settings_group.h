#ifndef SETTINGS_GROUP_H
#define SETTINGS_GROUP_H

#include "server/base/err.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// What settings say to changes of groups. Within the change, once it is written: an error undoes
// it.

// A group has another filter. Without settings it may have any; else it is judged what its members
// would get: ERR_INVALID.
ERR_CHECKED int settings_group_judge(const struct settings_desk *desk,
    struct store_connection *connection, const char *name, struct err *err);

// A group goes. ERR_CONFLICT while it has settings.
ERR_CHECKED int settings_group_judge_removal(
    struct store_connection *connection, const char *name, struct err *err);

#endif
