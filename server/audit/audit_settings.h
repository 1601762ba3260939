#ifndef AUDIT_SETTINGS_H
#define AUDIT_SETTINGS_H

#include "server/audit/audit_json.h"
#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/store/store.h"

// How settings are in the database: of "schema", the names that have a rule, and the SHA-256 of all
// rules; else the patch of the layer of "fleet", "group NAME" or "device MAC". ERR_IO.
ERR_CHECKED int audit_settings_read(struct store_connection *connection, const char *object,
    struct audit_json *out, struct err *err);

// What a rollout of a configuration is to change; of one of an image nothing.
void audit_settings_add_patch(const struct rollout *rollout, struct audit_json *out);

#endif
