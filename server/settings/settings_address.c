// Addresses that many devices are to be told.
#include "server/settings/settings_address.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/config_member.h"

// Where the file may say one: as the first server, or as the second.
static const struct {
    enum config_member_index member;
    enum config_member_index second; // CONFIG_MEMBER_COUNT: there is none
} addresses[] = {
    {CONFIG_MEMBER_DOWNLOAD_SERVER, CONFIG_MEMBER_DOWNLOAD_SERVER2},
    {CONFIG_MEMBER_DOWNLOAD_PORT, CONFIG_MEMBER_DOWNLOAD_PORT2},
    {CONFIG_MEMBER_MQTT_SERVER, CONFIG_MEMBER_MQTT_SERVER2},
    {CONFIG_MEMBER_MQTT_PORT, CONFIG_MEMBER_MQTT_PORT2},
    {CONFIG_MEMBER_NTP_SERVER, CONFIG_MEMBER_COUNT},
};

static const json_t *get(const json_t *object, enum config_member_index index)
{
    return index < CONFIG_MEMBER_COUNT ? json_object_get(object, config_member_table[index].name)
                                       : NULL;
}

// A port, which is a number or, as sketches want downloadport, a text; 0: none.
static json_int_t port_of(const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL ? strtoll(text, NULL, 10) : json_integer_value(value);
}

static bool is_same(enum config_member_index member, const json_t *a, const json_t *b)
{
    if (a == NULL || b == NULL)
        return false;
    if (config_member_table[member].kind == CONFIG_MEMBER_NUMBER)
        return port_of(a) == port_of(b);
    return json_is_string(a) && json_is_string(b) &&
           strcasecmp(json_string_value(a), json_string_value(b)) == 0;
}

static bool is_ours(enum config_member_index member, const json_t *value,
    const struct settings_address_witness *witness)
{
    const struct settings_base *base = witness->base;
    const char *name = json_string_value(value);

    switch (member) {
    case CONFIG_MEMBER_DOWNLOAD_PORT:
        return port_of(value) == base->port ||
               (base->public_port != 0 && port_of(value) == base->public_port);
    case CONFIG_MEMBER_DOWNLOAD_SERVER:
        if (strcasecmp(name, base->other_server) == 0)
            return true;
        return witness->desk->bears_name(name, witness->desk->ctx);
    case CONFIG_MEMBER_MQTT_SERVER: return witness->desk->bears_name(name, witness->desk->ctx);
    default: return false;
    }
}

static bool runs(const struct settings_fleet_device *device)
{
    const struct device_config *config = &device->config;
    const char *hash =
        config->said[0] != '\0' || config->is_assumed ? config->said : config->inferred;

    return hash[0] != '\0' && strcmp(hash, device->hash) == 0;
}

// Whether a device was told so by its own settings, and runs them.
static bool is_tried(
    enum config_member_index member, const json_t *value, const struct settings_fleet *fleet)
{
    size_t count;
    const struct settings_fleet_device *devices = settings_fleet_devices(fleet, &count);

    for (size_t i = 0; i < count; i++) {
        const json_t *own = settings_fleet_own(fleet, &devices[i].config);

        if (own != NULL && runs(&devices[i]) && is_same(member, get(own, member), value))
            return true;
    }
    return false;
}

const char *settings_address_find(
    const json_t *layer, const json_t *before, const struct settings_address_witness *witness)
{
    const json_t *common = witness->base->common;

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        enum config_member_index member = addresses[i].member;
        const json_t *value = get(layer, member);

        if (value == NULL || json_is_null(value) || is_same(member, value, get(before, member)) ||
            is_same(member, value, get(common, member)) ||
            is_same(member, value, get(common, addresses[i].second)) ||
            is_ours(member, value, witness) || is_tried(member, value, witness->fleet))
            continue;
        return config_member_table[member].name;
    }
    return NULL;
}

int settings_address_refuse(const char *member, const json_t *layer, struct err *err)
{
    const json_t *value = json_object_get(layer, member);
    const char *text = json_string_value(value);
    char number[24];

    if (text == NULL) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    }
    return err_set(err, ERR_CONFLICT,
        "%s: if %s is wrong, it cuts off every device that takes it. [config.json] does not say "
        "it, the certificate of this server does not bear it, and no device runs with it yet. Let "
        "one try it ('secureesp settings set MAC %s=%s --send', then restart it), or say it in "
        "[config.json] (--force does it anyway)",
        member, text, member, text);
}
