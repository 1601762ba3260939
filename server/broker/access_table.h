#ifndef ACCESS_TABLE_H
#define ACCESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"

// Who may say and hear what at the broker. What is not named is denied.

enum access_table_kind {
    ACCESS_TABLE_READ,
    ACCESS_TABLE_WRITE,
    ACCESS_TABLE_CLEAR, // only take away what is retained there
};

// The roles that there always are, and the first that a configuration adds.
enum access_table_role {
    ACCESS_TABLE_DEVICE,
    ACCESS_TABLE_DAEMON,
    ACCESS_TABLE_MONITOR,
    ACCESS_TABLE_HOMEASSISTANT,
    ACCESS_TABLE_MORE,
};
#define ACCESS_TABLE_NONE (-1)

#define ACCESS_TABLE_ROLES_MAX 32  // with those
#define ACCESS_TABLE_RULES_MAX 256 // that a configuration adds
#define ACCESS_TABLE_NAME_MAX 32   // of a role

struct access_table;

ERR_CHECKED int access_table_new(struct access_table **out);
void access_table_free(struct access_table *table);

// Adds what a configuration says: "NAME read FILTER", "NAME write FILTER" or "NAME unbounded", for
// a new role or one that there is, but for device and daemon. Whatever it says, nobody may say
// anything below /broker/. ERR_INVALID, ERR_CONFLICT (it is there already), ERR_TOO_LARGE or
// ERR_NO_MEMORY.
ERR_CHECKED int access_table_add(struct access_table *table, const char *line, struct err *err);

// The role of that name, or ACCESS_TABLE_NONE; and back.
int access_table_find(const struct access_table *table, const char *name);
const char *access_table_role_name(const struct access_table *table, int role);

// Whether nothing is counted of a role.
bool access_table_is_unbounded(const struct access_table *table, int role);

// Whether a role may say (write) or hear (read) what comes by that topic, or take away (clear) what
// is retained. mac: the device's, else "".
bool access_table_allows(const struct access_table *table, int role, const char *mac,
    enum access_table_kind kind, const char *topic);

// Whether a role may subscribe to a filter: may read all that fits it.
bool access_table_allows_filter(
    const struct access_table *table, int role, const char *mac, const char *filter);

// The i-th rule that there always is, %m being the device's MAC; false beyond the last.
bool access_table_own_rule(
    size_t i, const char **role, enum access_table_kind *kind, const char **filter);

#endif
