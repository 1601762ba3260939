// Records as JSON.
#include "server/api/api_json.h"

#include <string.h>

static json_t *time_or_null(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

static json_t *number_if(unsigned has, unsigned member, int64_t value)
{
    return has & member ? json_integer(value) : json_null();
}

json_t *api_json_text(const char *text)
{
    json_t *string = text != NULL && text[0] != '\0' ? json_string(text) : NULL;

    return string != NULL ? string : json_null();
}

json_t *api_json_device(const struct device *device)
{
    const struct device_status *status = &device->status;
    json_t *object = json_object();

    json_object_set_new(object, "mac", json_string(device->mac));
    json_object_set_new(object, "online", json_boolean(device->online));
    json_object_set_new(object, "reason", json_string(device_reason_name(device->reason)));
    json_object_set_new(object, "first_seen_ms", time_or_null(device->first_seen_ms));
    json_object_set_new(object, "last_seen_ms", time_or_null(device->last_seen_ms));
    json_object_set_new(object, "name", api_json_text(status->name));
    json_object_set_new(object, "image", api_json_text(status->image));
    json_object_set_new(object, "build", api_json_text(status->build));
    json_object_set_new(object, "ip", api_json_text(status->ip));
    json_object_set_new(object, "rssi", number_if(status->has, DEVICE_HAS_RSSI, status->rssi_dbm));
    json_object_set_new(object, "free_heap_bytes",
        number_if(status->has, DEVICE_HAS_FREE_HEAP, status->free_heap_bytes));
    json_object_set_new(
        object, "uptime_ms", number_if(status->has, DEVICE_HAS_UPTIME, status->uptime_ms));
    json_object_set_new(
        object, "max_loop_ms", number_if(status->has, DEVICE_HAS_MAX_LOOP, status->max_loop_ms));
    json_object_set_new(
        object, "mqtt_ms", number_if(status->has, DEVICE_HAS_MQTT, status->mqtt_ms));
    json_object_set_new(object, "error", api_json_text(status->error));
    json_object_set_new(object, "reboots", json_integer(device->reboots));
    json_object_set_new(object, "bad_payloads", json_integer(device->bad_payloads));
    json_object_set_new(
        object, "shared_identity_at_ms", time_or_null(device->shared_identity_at_ms));
    return object;
}

json_t *api_json_command(const struct command *command)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", json_integer(command->id));
    json_object_set_new(object, "mac", json_string(command->mac));
    json_object_set_new(object, "command", json_string(command->name));
    json_object_set_new(object, "state", json_string(command_state_name(command->state)));
    json_object_set_new(object, "result", api_json_text(command->result));
    json_object_set_new(object, "image", api_json_text(command->image));
    json_object_set_new(object, "detail", api_json_text(command->detail));
    json_object_set_new(object, "created_at_ms", time_or_null(command->created_at_ms));
    json_object_set_new(object, "sent_at_ms", time_or_null(command->sent_at_ms));
    json_object_set_new(object, "ended_at_ms", time_or_null(command->ended_at_ms));
    return object;
}

json_t *api_json_event(const struct event *event)
{
    json_t *object = json_object();

    json_object_set_new(object, "at_ms", json_integer(event->at_ms));
    json_object_set_new(object, "event", api_json_text(event->kind));
    json_object_set_new(object, "command", api_json_text(event->command));
    json_object_set_new(object, "command_id",
        event->command_id != 0 ? json_integer(event->command_id) : json_null());
    json_object_set_new(object, "result", api_json_text(event->result));
    json_object_set_new(object, "image", api_json_text(event->image));
    json_object_set_new(object, "detail", api_json_text(event->detail));
    return object;
}

json_t *api_json_hour(const struct status_hour *hour)
{
    json_t *object = json_object();
    json_t *average = hour->has & DEVICE_HAS_RSSI ? json_real(hour->rssi_avg_dbm) : json_null();

    json_object_set_new(object, "hour_ms", json_integer(hour->hour_ms));
    json_object_set_new(object, "count", json_integer(hour->count));
    json_object_set_new(
        object, "rssi_min", number_if(hour->has, DEVICE_HAS_RSSI, hour->rssi_min_dbm));
    json_object_set_new(object, "rssi_avg", average);
    json_object_set_new(
        object, "rssi_max", number_if(hour->has, DEVICE_HAS_RSSI, hour->rssi_max_dbm));
    json_object_set_new(object, "free_heap_min",
        number_if(hour->has, DEVICE_HAS_FREE_HEAP, hour->free_heap_min_bytes));
    json_object_set_new(
        object, "max_loop_max", number_if(hour->has, DEVICE_HAS_MAX_LOOP, hour->max_loop_max_ms));
    json_object_set_new(object, "reboots", json_integer(hour->reboots));
    return object;
}

json_t *api_json_key(const struct image_key *key)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", json_string(key->id));
    json_object_set_new(object, "name", json_string(key->name));
    json_object_set_new(object, "algorithm", json_string(key->algorithm));
    json_object_set_new(object, "added_at_ms", json_integer(key->added_at_ms));
    return object;
}

json_t *api_json_key_reference(const struct release_catalogue *catalogue, const char *key_id)
{
    json_t *object;

    if (key_id[0] == '\0')
        return json_null();
    object = json_object();
    json_object_set_new(object, "id", json_string(key_id));
    json_object_set_new(object, "name", api_json_text(release_key_name(catalogue, key_id)));
    return object;
}

json_t *api_json_image(
    const struct release_catalogue *catalogue, const struct image *image, int64_t devices)
{
    json_t *object = json_object();
    json_t *embeds = json_array();

    for (size_t i = 0; i < image->embeds_count; i++)
        json_array_append_new(embeds, api_json_key_reference(catalogue, image->embeds[i]));
    json_object_set_new(object, "name", json_string(image->name.text));
    json_object_set_new(object, "board", json_string(image->name.board));
    json_object_set_new(object, "version", json_string(image->name.version));
    json_object_set_new(object, "state", json_string(image_state_name(image->state)));
    json_object_set_new(object, "size_bytes", json_integer(image->size_bytes));
    json_object_set_new(object, "sha256", json_string(image->sha256));
    json_object_set_new(object, "signer", api_json_key_reference(catalogue, image->signer));
    json_object_set_new(object, "embeds", embeds);
    json_object_set_new(object, "embeds_from", api_json_text(image->embeds_from));
    json_object_set_new(object, "devices", json_integer(devices));
    json_object_set_new(object, "added_at_ms", time_or_null(image->added_at_ms));
    json_object_set_new(object, "published_at_ms", time_or_null(image->published_at_ms));
    return object;
}

void api_json_send(struct http_response *response, unsigned status, json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;

    json_decref(value);
    if (text != NULL) // else the server answers 500
        http_response_set_bytes(response, status, "application/json", text, strlen(text));
}

static unsigned status_of(int code)
{
    switch (code) {
    case ERR_INVALID: return 400;
    case ERR_DENIED: return 403;
    case ERR_NOT_FOUND: return 404;
    case ERR_CONFLICT: return 409;
    case ERR_TOO_LARGE: return 413;
    case ERR_UNAVAILABLE: return 503;
    default: return 500;
    }
}

static void send_error(
    struct http_response *response, unsigned status, const char *code, const char *message)
{
    json_t *error = json_object();
    json_t *object = json_object();

    json_object_set_new(error, "code", json_string(code));
    json_object_set_new(error, "message", api_json_text(message));
    json_object_set_new(object, "error", error);
    api_json_send(response, status, object);
}

void api_json_refuse(struct http_response *response, const struct err *err)
{
    send_error(response, status_of(err->code), err_code_name(err->code), err->message);
}

void api_json_refuse_request(struct http_response *response, unsigned status, const char *reason)
{
    const char *code = status == 404   ? err_code_name(ERR_NOT_FOUND)
                       : status == 413 ? err_code_name(ERR_TOO_LARGE)
                       : status == 500 ? err_code_name(ERR_IO)
                                       : err_code_name(ERR_INVALID);

    send_error(response, status, code, reason);
}
