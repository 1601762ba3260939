// What one device is to get now.
#include "server/settings/settings_want.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/settings/settings_judge.h"
#include "server/settings/settings_layers.h"

// Takes the effective file.
static int hash_of(const struct settings_base *base, json_t *effective, struct settings_want *out)
{
    struct settings_judge_server server = settings_base_server(base);
    struct err why = {0};
    uint8_t *text = NULL;
    size_t n;
    int rc = settings_judge_whole(effective, &server, &why);

    if (rc == 0)
        rc = settings_render_file(effective, &text, &n);
    if (rc == 0)
        settings_render_hash(text, n, out->hash);
    free(text);
    json_decref(effective);
    if (rc != ERR_INVALID)
        return rc;
    snprintf(out->why, sizeof out->why, "%.*s", (int)sizeof out->why - 1, why.message);
    return 0;
}

static int read_hash(struct store_connection *connection, const struct settings_base *base,
    struct settings_want *out, struct err *err)
{
    const struct device_config *config = &out->config;
    const struct settings_layers_device device = {config->mac, config->place, clock_now_ms()};
    struct settings_layers layers = {.count = 0};
    json_t *effective = NULL;
    json_t *lowest;
    int rc = settings_layers_read(connection, &device, &layers, err);

    if (rc < 0)
        return rc;
    out->is_tried = layers.tried != NULL;
    lowest = settings_base_read(base, settings_base_choose(base, config->mac, config->place));
    rc = lowest != NULL ? settings_layers_merge(&layers, lowest, &effective) : ERR_NO_MEMORY;
    if (rc == 0)
        rc = hash_of(base, effective, out);
    json_decref(lowest);
    settings_layers_clear(&layers);
    return rc < 0 ? err_set(err, rc, "no memory for settings") : 0;
}

int settings_want_read(struct store_connection *connection, const struct settings_base *base,
    const char *mac, struct settings_want *out, struct err *err)
{
    int rc;

    *out = (struct settings_want){.is_tried = false};
    rc = device_config_store_get(connection, mac, &out->config, err);
    return rc < 0 || out->config.mac[0] == '\0' ? rc : read_hash(connection, base, out, err);
}

int settings_want_keep(
    struct store_connection *connection, const struct settings_want *want, struct err *err)
{
    if (want->config.mac[0] == '\0' || strcmp(want->hash, want->config.wanted) == 0)
        return 0;
    return device_config_store_want(connection, want->config.mac, want->hash, err);
}

const char *settings_want_runs(const struct settings_want *want)
{
    return want->config.said[0] != '\0' ? want->config.said : want->config.inferred;
}

bool settings_want_is_met(const struct settings_want *want)
{
    return want->hash[0] != '\0' && strcmp(settings_want_runs(want), want->hash) == 0 &&
           (want->config.said[0] != '\0' || !want->config.is_assumed);
}
