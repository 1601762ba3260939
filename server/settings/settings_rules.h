#ifndef SETTINGS_RULES_H
#define SETTINGS_RULES_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// The rules for an app's members (settings_schema.h), as operators have given them.

// All of them: an object by their names. The caller gives up the reference.
ERR_CHECKED int settings_rules_read(
    struct store_connection *connection, json_t **out, struct err *err);

// Adds rules, each in the place of one of its name. ERR_CONFLICT and the layer if one says what a
// new rule refuses; ERR_TOO_LARGE for one that is too long, or too many.
ERR_CHECKED int settings_rules_add(const struct settings_desk *desk, const json_t *rules,
    const struct audit_author *by, struct err *err);

// Takes one away. ERR_NOT_FOUND; ERR_CONFLICT and the layer while one has the member.
ERR_CHECKED int settings_rules_remove(const struct settings_desk *desk, const char *name,
    const struct audit_author *by, struct err *err);

#endif
