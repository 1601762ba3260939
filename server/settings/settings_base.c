// The lowest layer.
#include "server/settings/settings_base.h"

#include <stdio.h>
#include <string.h>

#include "server/settings/settings_render.h"

int settings_base_init(struct settings_base *base)
{
    *base = (struct settings_base){.common = json_object(), .devices = json_object()};
    return base->common == NULL || base->devices == NULL ? ERR_NO_MEMORY : 0;
}

void settings_base_clear(struct settings_base *base)
{
    json_decref(base->common);
    json_decref(base->devices);
    *base = (struct settings_base){.common = NULL};
}

int settings_base_set_server(
    struct settings_base *base, const struct settings_judge_server *server, struct err *err)
{
    if (strlen(server->path) >= sizeof base->path ||
        strlen(server->other_server) >= sizeof base->other_server)
        return err_set(err, ERR_INVALID, "[download] path or other_server is too long");
    snprintf(base->path, sizeof base->path, "%s", server->path);
    snprintf(base->other_server, sizeof base->other_server, "%s", server->other_server);
    base->port = server->port;
    base->public_port = server->public_port;
    base->offline_after_ms = server->offline_after_ms;
    return 0;
}

struct settings_judge_server settings_base_server(const struct settings_base *base)
{
    return (struct settings_judge_server){.path = base->path,
        .port = base->port,
        .public_port = base->public_port,
        .other_server = base->other_server,
        .offline_after_ms = base->offline_after_ms};
}

int settings_base_copy(const struct settings_base *base, struct settings_base *out)
{
    *out = *base;
    out->common = json_deep_copy(base->common);
    out->devices = json_deep_copy(base->devices);
    if (out->common != NULL && out->devices != NULL)
        return 0;
    settings_base_clear(out);
    return ERR_NO_MEMORY;
}

json_t *settings_base_read(const struct settings_base *base, const char *mac)
{
    const json_t *own = mac != NULL ? json_object_get(base->devices, mac) : NULL;
    json_t *out;

    return settings_render_merge(base->common, &own, own != NULL, &out) == 0 ? out : NULL;
}

const char *settings_base_choose(
    const struct settings_base *base, const char *mac, const char *place)
{
    bool has_own = json_object_get(base->devices, mac) != NULL;

    return !has_own && json_object_get(base->devices, place) != NULL ? place : mac;
}
