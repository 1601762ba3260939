// config.json out of the store and the configuration file.
#include "server/download/download_render.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/settings/settings_judge.h"
#include "server/settings/settings_render.h"
#include "server/store/replacement_store.h"

int download_render_read(
    struct store *store, const char *mac, struct download_render *out, struct err *err)
{
    struct settings_layers_device device = {mac, out->place, clock_now_ms()};
    struct store_connection *connection = NULL;
    int rc = replacement_store_read_place(store, mac, out->place, err);

    memcpy(out->mac, mac, MAC_SIZE);
    if (rc == 0)
        rc = store_read_begin(store, &connection, err);
    if (rc < 0)
        return rc;
    rc = settings_layers_read(connection, &device, &out->layers, err);
    store_read_end(store, connection);
    return rc;
}

void download_render_clear(struct download_render *render)
{
    settings_layers_clear(&render->layers);
}

static int judge(const struct settings_base *base, const json_t *effective, struct err *err)
{
    struct settings_judge_server server = settings_base_server(base);

    return settings_judge_whole(effective, &server, err);
}

int download_render_write(const struct download_render *render, const struct settings_base *base,
    uint8_t **out, size_t *n, struct err *err)
{
    json_t *lowest =
        settings_base_read(base, settings_base_choose(base, render->mac, render->place));
    json_t *effective = NULL;
    int rc =
        lowest != NULL ? settings_layers_merge(&render->layers, lowest, &effective) : ERR_NO_MEMORY;

    if (rc == 0 && render->layers.count > 0)
        rc = judge(base, effective, err);
    if (rc == 0)
        rc = settings_render_file(effective, out, n);
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory");
    json_decref(effective);
    json_decref(lowest);
    return rc;
}
