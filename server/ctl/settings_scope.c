// Whose settings.
#include "server/ctl/settings_scope.h"

#include <string.h>

#include "server/ctl/field.h"

int settings_scope_read(
    const struct options *options, bool needed, struct settings_scope *out, struct err *err)
{
    const char *group = options_value(options, "group");
    bool fleet = options_has(options, "fleet");

    *out = (struct settings_scope){.scope = NULL};
    if (fleet && group != NULL)
        return subcommand_misuse(err, "--fleet and --group exclude each other");
    if (fleet) {
        out->scope = "fleet";
    } else if (group != NULL) {
        out->scope = "group";
        out->name = group;
    } else if (options->argument_count > 0) {
        if (subcommand_read_mac(options->arguments[0], out->mac, err) != SUBCOMMAND_OK)
            return SUBCOMMAND_USAGE;
        out->scope = "device";
        out->name = out->mac;
        out->used = 1;
    } else if (needed) {
        return subcommand_misuse(err, "say whose settings: --fleet, --group NAME, or a MAC");
    }
    return SUBCOMMAND_OK;
}

void settings_scope_add_to(const struct settings_scope *scope, struct url *url)
{
    url_query(url, "scope", scope->scope);
    if (scope->name != NULL)
        url_query(url, "name", scope->name);
}

bool settings_scope_is(const struct settings_scope *scope, const json_t *layer)
{
    const char *name = scope->name != NULL ? scope->name : "";

    return scope->scope == NULL || (strcmp(field_text(layer, "scope", ""), scope->scope) == 0 &&
                                       strcmp(field_text(layer, "name", ""), name) == 0);
}
