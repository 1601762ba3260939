// How a device is.
#include "server/homeassistant/homeassistant_state.h"

#include <string.h>

#include <jansson.h>

#include "server/homeassistant/homeassistant_text.h"

// How far an update is at each stage, in per cent: the device says what it does, not how far it is.
static const int percents[] = {
    [HOMEASSISTANT_DEVICE_IDLE] = 0,
    [HOMEASSISTANT_DEVICE_DOWNLOAD_QUEUED] = 0,
    [HOMEASSISTANT_DEVICE_DOWNLOAD_SENT] = 10,
    [HOMEASSISTANT_DEVICE_DOWNLOAD_ACCEPTED] = 20,
    [HOMEASSISTANT_DEVICE_INSTALL_QUEUED] = 60,
    [HOMEASSISTANT_DEVICE_INSTALL_SENT] = 70,
    [HOMEASSISTANT_DEVICE_INSTALL_ACCEPTED] = 80,
};

// Not jansson's infinity, nor what differs from whole numbers only by rounding.
static json_t *number(double value)
{
    double limit = (double)DEVICE_COUNTER_MAX;

    if (value >= -limit && value <= limit && value == (double)(json_int_t)value)
        return json_integer((json_int_t)value);
    return json_real(value);
}

static json_t *value_of(const struct homeassistant_member *member)
{
    if (member->is_absent)
        return json_null();
    switch (member->type) {
    case HOMEASSISTANT_MEMBERS_NUMBER: return number(member->number);
    case HOMEASSISTANT_MEMBERS_FLAG: return json_string(member->number > 0 ? "ON" : "OFF");
    case HOMEASSISTANT_MEMBERS_TEXT: return json_string(member->text);
    }
    return json_null();
}

static json_t *describe_app(const struct homeassistant_members *members, int *rc)
{
    json_t *object = json_object();
    char key[HOMEASSISTANT_MEMBERS_KEY_SIZE];

    for (size_t i = 0; i < members->count; i++) {
        homeassistant_members_key(members->items[i].name, key);
        homeassistant_text_put(object, key, value_of(&members->items[i]), rc);
    }
    return object;
}

int homeassistant_state_write(const struct homeassistant_device *device, char **out, size_t *n)
{
    const struct device_status *status = &device->record.status;
    bool is_busy = device->stage != HOMEASSISTANT_DEVICE_IDLE;
    json_t *object = json_object();
    int rc = 0;

    homeassistant_text_put(object, "installed_version", json_string(status->image), &rc);
    homeassistant_text_put(object, "latest_version", json_string(device->latest), &rc);
    homeassistant_text_put(object, "in_progress", json_boolean(is_busy), &rc);
    homeassistant_text_put(object, "update_percentage",
        is_busy ? json_integer(percents[device->stage]) : json_null(), &rc);
    // also none: what is not said stays
    homeassistant_text_put(object, "release_summary", json_string(device->why), &rc);
    homeassistant_text_put(object, "rssi",
        status->has & DEVICE_HAS_RSSI ? json_integer(status->rssi_dbm) : json_null(), &rc);
    homeassistant_text_put(object, "heap",
        status->has & DEVICE_HAS_FREE_HEAP ? json_integer(status->free_heap_bytes) : json_null(),
        &rc);
    homeassistant_text_put(object, "restarts", json_integer(device->record.reboots), &rc);
    homeassistant_text_put(object, "app", describe_app(&device->members, &rc), &rc);
    return homeassistant_text_end(object, rc, out, n);
}

const char *homeassistant_state_availability(const struct homeassistant_device *device)
{
    return device->record.online ? "online" : "offline";
}
