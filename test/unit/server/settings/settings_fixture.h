#ifndef TEST_SERVER_SETTINGS_SETTINGS_FIXTURE_H
#define TEST_SERVER_SETTINGS_SETTINGS_FIXTURE_H

#include "test/unit/server/store/store_fixture.h"

#include <string.h>

#include "server/settings/settings_desk.h"
#include "server/store/group_store.h"
#include "server/store/replacement_store.h"
#include "server/store/tag_store.h"

// Devices, groups and what the daemon knows of itself, for tests of settings.

static const char settings_fixture_lowest[] =
    "{\"downloadserver\": \"here\", \"downloadport\": \"8443\", \"downloadpath\": \"/download\","
    " \"mqttserver\": \"broker\", \"mqttport\": 8883, \"mqttserver2\": \"second\","
    " \"mqttport2\": 8884, \"downloadport2\": 443}";

static inline int settings_fixture_read_base(struct settings_base *out, void *ctx)
{
    static const struct settings_judge_server server = {.path = "/download",
        .port = 8443,
        .public_port = 8444,
        .other_server = "moved",
        .offline_after_ms = 180000};
    int rc = settings_base_init(out);

    (void)ctx;
    json_decref(out->common);
    out->common = json_loads(settings_fixture_lowest, 0, NULL);
    return rc < 0 ? rc : settings_base_set_server(out, &server, NULL);
}

static inline int settings_fixture_judge_names(
    const json_t *effective, const struct settings_base *base, void *ctx, struct err *err)
{
    const char *name = json_string_value(json_object_get(effective, "downloadserver"));

    (void)base;
    (void)ctx;
    return strcmp(name, "here") == 0 || strcmp(name, "moved") == 0
               ? 0
               : err_set(err, ERR_INVALID, "no such name: %s", name);
}

static inline bool settings_fixture_bears_name(const char *name, void *ctx)
{
    (void)ctx;
    return strcmp(name, "here") == 0 || strcmp(name, "also") == 0;
}

// Three devices: the first has a tag, the others have had the place of the second, too.
static inline int settings_fixture_fill(
    struct store_connection *connection, void *ctx, struct err *err)
{
    static const char *const macs[] = {MAC_1, MAC_2, MAC_3};
    static const struct device_group groups[] = {
        {.name = "a", .filter = "tag=cellar"}, {.name = "b", .filter = "tag=cellar or mac=" MAC_2}};
    static const struct replacement replacements[] = {
        {.mac = MAC_3, .old = MAC_2, .place = MAC_2}, {.mac = MAC_1, .old = MAC_3, .place = MAC_2}};
    int rc = 0;

    (void)ctx;
    for (size_t i = 0; rc == 0 && i < 3; i++) {
        struct device_record device = {.online = true};

        memcpy(device.mac, macs[i], MAC_SIZE);
        rc = device_store_put(connection, &device, NULL, err);
    }
    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = group_store_put(connection, &groups[i], err);
    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = replacement_store_put(connection, &replacements[i], err);
    return rc < 0 ? rc : tag_store_add(connection, MAC_1, "cellar", err);
}

#endif
