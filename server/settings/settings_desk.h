#ifndef SETTINGS_DESK_H
#define SETTINGS_DESK_H

#include <stdbool.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/settings/settings_base.h"
#include "server/store/store.h"

// What settings are judged and rendered with. All borrowed; any thread.
struct settings_desk {
    struct store *store;
    // A copy of the lowest layer as it is now, for the caller to clear.
    int (*read_base)(struct settings_base *out, void *ctx);
    // Whether the names that devices would be told are those of servers that they can verify.
    int (*judge_names)(
        const json_t *effective, const struct settings_base *base, void *ctx, struct err *err);
    void *ctx;
    // Whether the certificate of this server bears a name or an address.
    bool (*bears_name)(const char *name, void *ctx);
};

#endif
