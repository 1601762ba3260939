#ifndef SETTINGS_LAYERS_H
#define SETTINGS_LAYERS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/store/settings_store.h"

#define SETTINGS_GROUPS_MAX 64 // that have a layer
#define SETTINGS_LAYERS_MAX (SETTINGS_GROUPS_MAX + 2)

// The layers of one device, in the order in which they count. Where a rollout tries what is to be
// set, the layer is what it is to become.
struct settings_layers {
    size_t count;
    json_t *tried;                   // by a rollout that has reached the device, or NULL
    size_t tried_at;                 // in which of the layers it is
    char rollout[ROLLOUT_NAME_SIZE]; // whose it is
    json_t *patches[SETTINGS_LAYERS_MAX];
    enum settings_scope scopes[SETTINGS_LAYERS_MAX];
    char names[SETTINGS_LAYERS_MAX][SETTINGS_STORE_NAME_SIZE];
};

// Whose layers.
struct settings_layers_device {
    const char *mac;
    const char *place; // that it has: that one's own layer counts if it has none itself
    int64_t now_ms;    // by which the filters of groups count
};

// Reads them: two statements, and one for each group that has a layer. The caller clears *out.
// ERR_IO, ERR_NO_MEMORY; ERR_INVALID if what is stored is no patch.
ERR_CHECKED int settings_layers_read(struct store_connection *connection,
    const struct settings_layers_device *device, struct settings_layers *out, struct err *err);
void settings_layers_clear(struct settings_layers *layers);

// What they come to over a base. As settings_render_merge().
ERR_CHECKED int settings_layers_merge(
    const struct settings_layers *layers, const json_t *base, json_t **out);

#endif
