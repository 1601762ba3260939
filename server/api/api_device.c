// A device as JSON. As text in the first place: a fleet's list has a hundred thousand of them.
#include "server/api/api_device.h"

static void add_number(struct api_text *text, const char *member, bool has, int64_t value)
{
    api_text_add(text, member);
    if (has)
        api_text_add_integer(text, value);
    else
        api_text_add(text, "null");
}

static void add_time(struct api_text *text, const char *member, int64_t time_ms)
{
    add_number(text, member, time_ms != 0, time_ms);
}

static void add_string(struct api_text *text, const char *member, const char *value)
{
    api_text_add(text, member);
    api_text_add_string(text, value);
}

void api_device_begin(struct api_text *text, const struct device_record *device)
{
    const struct device_status *s = &device->status;

    add_string(text, "{\"mac\":", device->mac);
    api_text_add(text, device->online ? ",\"online\":true" : ",\"online\":false");
    add_string(text, ",\"reason\":", device_record_reason_name(device->reason));
    add_time(text, ",\"first_seen_ms\":", device->first_seen_ms);
    add_time(text, ",\"last_seen_ms\":", device->last_seen_ms);
    add_string(text, ",\"name\":", s->name);
    add_string(text, ",\"image\":", s->image);
    add_string(text, ",\"build\":", s->build);
    add_string(text, ",\"ip\":", s->ip);
    add_number(text, ",\"rssi\":", s->has & DEVICE_HAS_RSSI, s->rssi_dbm);
    add_number(text, ",\"free_heap_bytes\":", s->has & DEVICE_HAS_FREE_HEAP, s->free_heap_bytes);
    add_number(text, ",\"uptime_ms\":", s->has & DEVICE_HAS_UPTIME, s->uptime_ms);
    add_number(text, ",\"max_loop_ms\":", s->has & DEVICE_HAS_MAX_LOOP, s->max_loop_ms);
    add_number(text, ",\"mqtt_ms\":", s->has & DEVICE_HAS_MQTT, s->mqtt_ms);
    add_string(text, ",\"error\":", s->error);
    api_text_add(text, ",\"reboots\":");
    api_text_add_integer(text, device->reboots);
    api_text_add(text, ",\"bad_payloads\":");
    api_text_add_integer(text, device->bad_payloads);
    add_time(text, ",\"bad_payload_at_ms\":", device->bad_payload_at_ms);
    add_string(text, ",\"spelling\":", device->spelling);
    add_time(text, ",\"shared_identity_at_ms\":", device->shared_identity_at_ms);
    add_time(text, ",\"revoked_at_ms\":", device->revoked_at_ms);
    add_time(text, ",\"limited_at_ms\":", device->limited_at_ms);
}

void api_device_write(struct api_text *text, const struct device_record *device)
{
    api_device_begin(text, device);
    api_text_add(text, "}");
}

json_t *api_device_json(const struct device_record *device)
{
    struct api_text text = {0};
    json_t *object = NULL;

    api_device_write(&text, device);
    if (!text.failed)
        object = json_loadb(text.p, text.n, 0, NULL);
    api_text_clear(&text);
    return object;
}
