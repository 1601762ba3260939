// The announcement of a device.
#include "server/homeassistant/homeassistant_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/image_name.h"
#include "server/homeassistant/homeassistant_text.h"
#include "server/model/homeassistant_topic.h"

#define TEMPLATE_SIZE (HOMEASSISTANT_MEMBERS_KEY_SIZE + 40)
#define ID_SIZE (HOMEASSISTANT_TOPIC_ID_SIZE + HOMEASSISTANT_MEMBERS_KEY_SIZE + 16)

// What each device has. Texts are Home Assistant's own words but for the names.
static const struct entity {
    const char *key; // in the announcement, and the end of its unique_id
    const char *platform;
    const char *name;
    const char *device_class;
    const char *category;
    const char *unit;
    const char *state_class;
    const char *value; // a member of the state, shown as it is; NULL: see below
    enum homeassistant_topic_kind topic, order;
    const char *payloads[4]; // member and value, in pairs
} entities[] = {
    {"update", "update", "Firmware", "firmware", NULL, NULL, NULL, NULL, HOMEASSISTANT_TOPIC_STATE,
        HOMEASSISTANT_TOPIC_INSTALL, {"payload_install", "install"}},
    {"connectivity", "binary_sensor", "Connectivity", "connectivity", "diagnostic", NULL, NULL,
        NULL, HOMEASSISTANT_TOPIC_AVAILABILITY, HOMEASSISTANT_TOPIC_COUNT,
        {"payload_on", "online", "payload_off", "offline"}},
    {"rssi", "sensor", "Signal strength", "signal_strength", "diagnostic", "dBm", "measurement",
        "rssi", HOMEASSISTANT_TOPIC_STATE, HOMEASSISTANT_TOPIC_COUNT, {0}},
    {"heap", "sensor", "Free memory", "data_size", "diagnostic", "B", "measurement", "heap",
        HOMEASSISTANT_TOPIC_STATE, HOMEASSISTANT_TOPIC_COUNT, {0}},
    {"restarts", "sensor", "Restarts", NULL, "diagnostic", NULL, "total_increasing", "restarts",
        HOMEASSISTANT_TOPIC_STATE, HOMEASSISTANT_TOPIC_COUNT, {0}},
    {"restart", "button", "Restart", "restart", "config", NULL, NULL, NULL,
        HOMEASSISTANT_TOPIC_COUNT, HOMEASSISTANT_TOPIC_RESTART, {"payload_press", "restart"}},
};

// The keys of different platforms differ: a component keeps its platform.
static const char *const prefixes[] = {
    [HOMEASSISTANT_MEMBERS_NUMBER] = "app_",
    [HOMEASSISTANT_MEMBERS_FLAG] = "appflag_",
    [HOMEASSISTANT_MEMBERS_TEXT] = "app_",
};

static const char *const platforms[] = {
    [HOMEASSISTANT_MEMBERS_NUMBER] = "sensor",
    [HOMEASSISTANT_MEMBERS_FLAG] = "binary_sensor",
    [HOMEASSISTANT_MEMBERS_TEXT] = "sensor",
};

static void set_topic(json_t *object, const char *member, enum homeassistant_topic_kind kind,
    const char *mac, int *rc)
{
    char topic[HOMEASSISTANT_TOPIC_SIZE];

    if (kind == HOMEASSISTANT_TOPIC_COUNT)
        return;
    homeassistant_topic_format(topic, kind, mac);
    homeassistant_text_set(object, member, topic, rc);
}

static void set_id(json_t *object, const char *mac, const char *key, int *rc)
{
    char id[ID_SIZE];

    snprintf(id, sizeof id, "secureesp_%s_%s", mac, key);
    homeassistant_text_set(object, "unique_id", id, rc);
}

// While daemon and device are there.
static void set_availability(json_t *object, const char *mac, int *rc)
{
    char topic[HOMEASSISTANT_TOPIC_SIZE];

    homeassistant_topic_format(topic, HOMEASSISTANT_TOPIC_AVAILABILITY, mac);
    homeassistant_text_put(object, "availability",
        json_pack("[{ss}{ss}]", "topic", HOMEASSISTANT_TOPIC_DAEMON, "topic", topic), rc);
    homeassistant_text_set(object, "availability_mode", "all", rc);
}

// What is measured on a device is not known while that is away; whether it is there is.
static json_t *describe_entity(const struct entity *entity, const char *mac, int *rc)
{
    json_t *object = json_object();
    char template[TEMPLATE_SIZE];

    homeassistant_text_set(object, "platform", entity->platform, rc);
    set_id(object, mac, entity->key, rc);
    homeassistant_text_set(object, "name", entity->name, rc);
    homeassistant_text_set(object, "device_class", entity->device_class, rc);
    homeassistant_text_set(object, "entity_category", entity->category, rc);
    homeassistant_text_set(object, "unit_of_measurement", entity->unit, rc);
    homeassistant_text_set(object, "state_class", entity->state_class, rc);
    set_topic(object, "state_topic", entity->topic, mac, rc);
    set_topic(object, "command_topic", entity->order, mac, rc);
    for (size_t i = 0; i < 4 && entity->payloads[i] != NULL; i += 2)
        homeassistant_text_set(object, entity->payloads[i], entity->payloads[i + 1], rc);
    if (entity->value != NULL) {
        snprintf(template, sizeof template, "{{ value_json.%s }}", entity->value);
        homeassistant_text_set(object, "value_template", template, rc);
    }
    if (strcmp(entity->platform, "sensor") == 0 || strcmp(entity->platform, "button") == 0)
        set_availability(object, mac, rc);
    else
        homeassistant_text_set(object, "availability_topic", HOMEASSISTANT_TOPIC_DAEMON, rc);
    return object;
}

// What a template says, Home Assistant runs: of what devices send, nothing but a key is in it.
static void describe_member(
    const struct homeassistant_member *member, const char *mac, json_t *components, int *rc)
{
    char key[HOMEASSISTANT_MEMBERS_KEY_SIZE];
    char name[HOMEASSISTANT_MEMBERS_KEY_SIZE + sizeof "appflag_"];
    char template[TEMPLATE_SIZE];
    json_t *component = json_object();

    homeassistant_members_key(member->name, key);
    snprintf(name, sizeof name, "%s%s", prefixes[member->type], key);
    snprintf(template, sizeof template, "{{ value_json.app['%s'] }}", key);
    homeassistant_text_set(component, "platform", platforms[member->type], rc);
    set_id(component, mac, name, rc);
    homeassistant_text_set(component, "name", member->name, rc);
    if (member->type == HOMEASSISTANT_MEMBERS_NUMBER)
        homeassistant_text_set(component, "state_class", "measurement", rc);
    set_topic(component, "state_topic", HOMEASSISTANT_TOPIC_STATE, mac, rc);
    homeassistant_text_set(component, "value_template", template, rc);
    set_availability(component, mac, rc);
    homeassistant_text_put(components, name, component, rc);
}

// A component of which nothing but the platform is said is taken away.
static void take_away(
    const struct homeassistant_members *gone, size_t i, json_t *components, int *rc)
{
    char key[HOMEASSISTANT_MEMBERS_KEY_SIZE];
    char name[HOMEASSISTANT_MEMBERS_KEY_SIZE + sizeof "appflag_"];
    json_t *component = json_object();

    homeassistant_members_key(gone->items[i].name, key);
    snprintf(name, sizeof name, "%s%s", prefixes[gone->items[i].type], key);
    homeassistant_text_set(component, "platform", platforms[gone->items[i].type], rc);
    homeassistant_text_put(components, name, component, rc);
}

static json_t *describe_components(
    const struct homeassistant_device *device, const struct homeassistant_members *gone, int *rc)
{
    json_t *components = json_object();
    const char *mac = device->record.mac;

    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        homeassistant_text_put(
            components, entities[i].key, describe_entity(&entities[i], mac, rc), rc);
    for (size_t i = 0; i < gone->count; i++)
        take_away(gone, i, components, rc);
    for (size_t i = 0; i < device->members.count; i++)
        describe_member(&device->members.items[i], mac, components, rc);
    return components;
}

// Operators know better than the device what it is called.
static const char *name_of(const struct homeassistant_device *device)
{
    const struct device_record *record = &device->record;

    if (device->label.name[0] != '\0')
        return device->label.name;
    return record->status.name[0] != '\0' ? record->status.name : record->mac;
}

static json_t *describe_device(const struct homeassistant_device *device, int *rc)
{
    const struct device_status *status = &device->record.status;
    const char *mac = device->record.mac;
    struct image_name image;
    json_t *object = json_object();
    char id[HOMEASSISTANT_TOPIC_ID_SIZE];
    char spelt[3 * MAC_LENGTH / 2];

    snprintf(id, sizeof id, "secureesp_%s", mac);
    snprintf(spelt, sizeof spelt, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", mac, mac + 2, mac + 4, mac + 6,
        mac + 8, mac + 10);
    homeassistant_text_put(object, "identifiers", json_pack("[s]", id), rc);
    homeassistant_text_put(object, "connections", json_pack("[[ss]]", "mac", spelt), rc);
    homeassistant_text_set(object, "name", name_of(device), rc);
    homeassistant_text_set(object, "suggested_area", device->label.place, rc);
    homeassistant_text_set(object, "manufacturer", "Espressif", rc);
    if (image_name_parse(status->image, strlen(status->image), &image))
        homeassistant_text_set(object, "model", image.board, rc);
    homeassistant_text_set(object, "sw_version", status->image, rc);
    return object;
}

static int write_all(const struct homeassistant_device *device,
    const struct homeassistant_members *gone, char **out, size_t *n)
{
    json_t *object = json_object();
    int rc = 0;

    homeassistant_text_put(object, "device", describe_device(device, &rc), &rc);
    homeassistant_text_put(object, "origin",
        json_pack("{ssss}", "name", "secureesp", "sw_version", SECUREESP_VERSION), &rc);
    homeassistant_text_put(object, "components", describe_components(device, gone, &rc), &rc);
    return homeassistant_text_end(object, rc, out, n);
}

int homeassistant_config_write(const struct homeassistant_device *device,
    const struct homeassistant_members *gone, char **out, size_t *n)
{
    struct homeassistant_device fitting = *device;
    int rc = write_all(&fitting, gone, out, n);

    while (rc == 0 && *n > HOMEASSISTANT_CONFIG_MAX && fitting.members.count > 0) {
        free(*out);
        fitting.members.count--;
        rc = write_all(&fitting, gone, out, n);
    }
    return rc;
}
