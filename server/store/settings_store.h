#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include <stdint.h>

#include "common/mac.h"
#include "server/model/rollout.h"
#include "server/store/store.h"

// What operators have said of config.json: layers of merge patches, how they became so, and what an
// app's members may be. All: ERR_IO if the database fails.

// Whose a layer is. In the order in which they count: a later one goes over those before.
enum settings_scope {
    SETTINGS_FLEET,
    SETTINGS_GROUP, // several by the order of their names' bytes
    SETTINGS_DEVICE,
    SETTINGS_SCOPE_COUNT
};

#define SETTINGS_STORE_NAME_SIZE 33    // of a group, or a MAC; "" of the fleet
#define SETTINGS_STORE_PATCH_SIZE 2049 // a patch's text with its NUL
#define SETTINGS_STORE_BY_SIZE 46      // as "uid 1000", or an address
#define SETTINGS_STORE_RULE_SIZE 1025  // a rule's text with its NUL

struct settings_layer {
    enum settings_scope scope;
    char name[SETTINGS_STORE_NAME_SIZE];
    char patch[SETTINGS_STORE_PATCH_SIZE]; // "" where there is no layer
    int64_t number;                        // of the change that made it so; 0 without one
};

// "fleet", "group", "device".
const char *settings_store_scope_name(enum settings_scope scope);

// The layer of that scope and name; one that is not there has an empty patch.
ERR_CHECKED int settings_store_get(struct store_connection *connection, enum settings_scope scope,
    const char *name, struct settings_layer *out, struct err *err);

// Calls each() for every layer, in the order in which they count, until it returns non-zero, which
// is then returned; the second without devices' but those of two MACs (which may be one).
ERR_CHECKED int settings_store_each(struct store_connection *connection,
    int (*each)(const struct settings_layer *layer, void *ctx), void *ctx, struct err *err);
ERR_CHECKED int settings_store_each_for(struct store_connection *connection,
    const char *const macs[2], int (*each)(const struct settings_layer *layer, void *ctx),
    void *ctx, struct err *err);

// How a layer was and became.
struct settings_change {
    int64_t number; // from 1 on, by the store
    int64_t at_ms;
    char by[SETTINGS_STORE_BY_SIZE];
    enum settings_scope scope;
    char name[SETTINGS_STORE_NAME_SIZE];
    char before[SETTINGS_STORE_PATCH_SIZE]; // "": there was no layer
    char after[SETTINGS_STORE_PATCH_SIZE];  // "": there is none
    char rollout[ROLLOUT_NAME_SIZE];        // whose end it is, or ""
};

// Makes the layer as it is after the change, records that, and fills in its number.
ERR_CHECKED int settings_store_change(
    struct store_connection *connection, struct settings_change *change, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int settings_store_get_change(struct store_connection *connection, int64_t number,
    struct settings_change *out, struct err *err);

// The newest `limit` changes with numbers below `before` (0: all), newest first.
ERR_CHECKED int settings_store_each_change(struct store_connection *connection, int64_t before,
    int64_t limit, int (*each)(const struct settings_change *change, void *ctx), void *ctx,
    struct err *err);

// Calls each() for every layer as it was after that change, in the order in which they count.
ERR_CHECKED int settings_store_each_at(struct store_connection *connection, int64_t number,
    int (*each)(const struct settings_layer *layer, void *ctx), void *ctx, struct err *err);

// A rule for an app's member.
struct settings_rule {
    char name[SETTINGS_STORE_NAME_SIZE];
    char rule[SETTINGS_STORE_RULE_SIZE]; // JSON
    char by[SETTINGS_STORE_BY_SIZE];
    int64_t at_ms;
};

ERR_CHECKED int settings_store_put_rule(
    struct store_connection *connection, const struct settings_rule *rule, struct err *err);
ERR_CHECKED int settings_store_remove_rule(
    struct store_connection *connection, const char *name, struct err *err); // ERR_NOT_FOUND
ERR_CHECKED int settings_store_each_rule(struct store_connection *connection,
    int (*each)(const struct settings_rule *rule, void *ctx), void *ctx, struct err *err);

#endif
