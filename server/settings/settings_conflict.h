#ifndef SETTINGS_CONFLICT_H
#define SETTINGS_CONFLICT_H

#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/settings/settings_desk.h"
#include "server/store/settings_store.h"

// Where the configuration file says in vain what devices are to get, since settings say another
// value: the fleet's go over [config.json], and whatever a device has over [config.json MAC]. That
// a group, or a device, differs from [config.json] is what they are for, and no conflict.

struct settings_conflict {
    const char *mac; // of the section; NULL: [config.json]
    const char *member;
    const json_t *said;   // by the file
    const json_t *counts; // by the layer; null: the member is removed
    enum settings_scope scope;
    const char *name; // of the layer
};

// Calls tell() for each. ERR_IO, ERR_NO_MEMORY, ERR_INVALID if a layer cannot be read.
ERR_CHECKED int settings_conflict_each(struct store_connection *connection,
    const struct settings_base *base, int64_t now_ms,
    void (*tell)(const struct settings_conflict *conflict, void *ctx), void *ctx, struct err *err);

// Warns of them in the log, at most SETTINGS_CONFLICT_TOLD, and, once, if a device would be refused
// its file by what is in force now. For after a reload; any thread but the store's writer.
#define SETTINGS_CONFLICT_TOLD 20
void settings_conflict_warn(const struct settings_desk *desk);

#endif
