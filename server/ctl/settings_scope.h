#ifndef CTL_SETTINGS_SCOPE_H
#define CTL_SETTINGS_SCOPE_H

#include <jansson.h>

#include "server/ctl/subcommand.h"
#include "server/ctl/url.h"

// Whose settings a subcommand means: --fleet, --group NAME, or a MAC as its first argument.
struct settings_scope {
    const char *scope; // "fleet", "group", "device"; NULL: none is said
    const char *name;  // or NULL
    char mac[MAC_SIZE];
    size_t used; // arguments
};

// SUBCOMMAND_OK, or SUBCOMMAND_USAGE with its message. needed: one must be said.
int settings_scope_read(
    const struct options *options, bool needed, struct settings_scope *out, struct err *err);

void settings_scope_add_to(const struct settings_scope *scope, struct url *url);

// Whether a layer, as the API describes it, is that one's; any is if none is said.
bool settings_scope_is(const struct settings_scope *scope, const json_t *layer);

#endif
