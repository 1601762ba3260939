// Records as JSON.
#include "server/api/api_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/escape.h"
#include "server/base/utf8.h"
#include "server/release/release_find.h"
#include "server/release/release_gate.h"

void api_json_set(json_t **object, const char *name, json_t *value)
{
    if (json_object_set_new(*object, name, value) == 0)
        return;
    json_decref(*object);
    *object = NULL;
}

void api_json_append(json_t **list, json_t *value)
{
    if (json_array_append_new(*list, value) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

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
    return text != NULL && text[0] != '\0' && utf8_is_valid(text) ? json_string(text) : json_null();
}

// Where something failed, and what a library called it.
static void set_failure(json_t **object, const char *step, int64_t code)
{
    api_json_set(object, "step", api_json_text(step));
    api_json_set(object, "code", code != 0 ? json_integer(code) : json_null());
}

json_t *api_json_command(const struct command *command)
{
    json_t *object = json_object();

    api_json_set(&object, "id", json_integer(command->id));
    api_json_set(&object, "mac", json_string(command->mac));
    api_json_set(&object, "command", json_string(command->name));
    api_json_set(&object, "state", json_string(command_word(command)));
    api_json_set(&object, "inferred", json_boolean(command->inferred));
    api_json_set(&object, "result", api_json_text(command->result));
    api_json_set(&object, "image", api_json_text(command->image));
    set_failure(&object, command->step, command->code);
    api_json_set(&object, "detail", api_json_text(command->detail));
    api_json_set(&object, "created_at_ms", time_or_null(command->created_at_ms));
    api_json_set(&object, "sent_at_ms", time_or_null(command->sent_at_ms));
    api_json_set(&object, "accepted_at_ms", time_or_null(command->accepted_at_ms));
    api_json_set(&object, "ended_at_ms", time_or_null(command->ended_at_ms));
    api_json_set(&object, "sends", json_integer(command->sends));
    api_json_set(
        &object, "batch", command->batch != 0 ? json_integer(command->batch) : json_null());
    api_json_set(&object, "wave", command->batch != 0 ? json_integer(command->wave) : json_null());
    return object;
}

json_t *api_json_event(const struct event *event)
{
    json_t *object = json_object();

    api_json_set(&object, "at_ms", json_integer(event->at_ms));
    api_json_set(&object, "event", api_json_text(event->kind));
    api_json_set(&object, "command", api_json_text(event->command));
    api_json_set(&object, "command_id",
        event->command_id != 0 ? json_integer(event->command_id) : json_null());
    api_json_set(&object, "result", api_json_text(event->result));
    api_json_set(&object, "image", api_json_text(event->image));
    set_failure(&object, event->step, event->code);
    api_json_set(&object, "detail", api_json_text(event->detail));
    return object;
}

json_t *api_json_fault(const struct device_fault *fault)
{
    json_t *object = json_object();

    api_json_set(&object, "topic", api_json_text(fault->topic));
    api_json_set(&object, "count", json_integer(fault->count));
    api_json_set(&object, "at_ms", json_integer(fault->at_ms));
    api_json_set(&object, "position", json_integer(fault->position));
    api_json_set(&object, "reason", api_json_text(fault->reason));
    api_json_set(&object, "excerpt", api_json_text(fault->excerpt));
    api_json_set(&object, "more", json_integer(fault->more));
    return object;
}

json_t *api_json_left_out(const struct left_out *out)
{
    json_t *object = json_object();

    api_json_set(&object, "reason", json_string(left_out_reason_name(out->reason)));
    api_json_set(&object, "count", json_integer(out->count));
    api_json_set(&object, "since_ms", time_or_null(out->since_ms));
    api_json_set(&object, "at_ms", time_or_null(out->at_ms));
    return object;
}

json_t *api_json_broker_limit(const struct broker_limit *limit)
{
    json_t *object = json_object();

    api_json_set(&object, "messages", json_integer(limit->messages));
    api_json_set(&object, "bytes", json_integer(limit->bytes));
    api_json_set(&object, "subscriptions", json_integer(limit->subscriptions));
    api_json_set(&object, "connections", json_integer(limit->connections));
    api_json_set(&object, "reason", api_json_text(limit->reason));
    api_json_set(&object, "disconnected_s", json_integer(limit->disconnected_s));
    api_json_set(&object, "since_ms", time_or_null(limit->since_ms));
    api_json_set(&object, "at_ms", time_or_null(limit->at_ms));
    return object;
}

json_t *api_json_hour(const struct status_hour *hour)
{
    json_t *object = json_object();
    json_t *average = hour->has & DEVICE_HAS_RSSI ? json_real(hour->rssi_avg_dbm) : json_null();

    api_json_set(&object, "hour_ms", json_integer(hour->hour_ms));
    api_json_set(&object, "count", json_integer(hour->count));
    api_json_set(&object, "rssi_min", number_if(hour->has, DEVICE_HAS_RSSI, hour->rssi_min_dbm));
    api_json_set(&object, "rssi_avg", average);
    api_json_set(&object, "rssi_max", number_if(hour->has, DEVICE_HAS_RSSI, hour->rssi_max_dbm));
    api_json_set(&object, "free_heap_min",
        number_if(hour->has, DEVICE_HAS_FREE_HEAP, hour->free_heap_min_bytes));
    api_json_set(
        &object, "max_loop_max", number_if(hour->has, DEVICE_HAS_MAX_LOOP, hour->max_loop_max_ms));
    api_json_set(&object, "reboots", json_integer(hour->reboots));
    api_json_set(&object, "new_errors", json_integer(hour->new_errors));
    return object;
}

json_t *api_json_key(const struct image_key *key)
{
    json_t *object = json_object();

    api_json_set(&object, "id", json_string(key->id));
    api_json_set(&object, "name", json_string(key->name));
    api_json_set(&object, "algorithm", json_string(key->algorithm));
    api_json_set(&object, "added_at_ms", json_integer(key->added_at_ms));
    api_json_set(&object, "retired_at_ms",
        key->retired_at_ms != 0 ? json_integer(key->retired_at_ms) : json_null());
    return object;
}

json_t *api_json_key_reference(const struct release_catalogue *catalogue, const char *key_id)
{
    json_t *object;

    if (key_id[0] == '\0')
        return json_null();
    object = json_object();
    api_json_set(&object, "id", json_string(key_id));
    api_json_set(&object, "name", api_json_text(release_find_key_name(catalogue, key_id)));
    return object;
}

static json_t *embeds_json(const struct release_catalogue *catalogue, const struct image *image)
{
    json_t *list = json_array();

    for (size_t i = 0; i < image->embeds_count; i++)
        api_json_append(&list, api_json_key_reference(catalogue, image->embeds[i]));
    return list;
}

// What it is under, and what that means.
static json_t *rollout_json(const struct release_member *member)
{
    char effect[RELEASE_GATE_TEXT_SIZE];

    if (member->under[0] == '\0')
        return json_null();
    release_gate_tell(member, effect, sizeof effect);
    return json_pack("{ss ss ss}", "name", member->under, "state",
        rollout_state_name(member->under_state), "effect", effect);
}

json_t *api_json_image(
    const struct release_catalogue *catalogue, const struct release_member *member)
{
    const struct image *image = &member->image;
    json_t *object = json_object();

    api_json_set(&object, "name", json_string(image->name.text));
    api_json_set(&object, "board", json_string(image->name.board));
    api_json_set(&object, "version", json_string(image->name.version));
    api_json_set(&object, "state", json_string(image_state_name(image->state)));
    api_json_set(&object, "layout", api_json_text(image_layout_name(image->layout)));
    api_json_set(&object, "size_bytes", json_integer(image->size_bytes));
    api_json_set(&object, "sha256", json_string(image->sha256));
    api_json_set(&object, "signer", api_json_key_reference(catalogue, image->signer));
    api_json_set(&object, "embeds", embeds_json(catalogue, image));
    api_json_set(&object, "embeds_from", api_json_text(image->embeds_from));
    api_json_set(&object, "channel",
        image->state != IMAGE_ADDED
            ? json_string(
                  channel_name(image->channel == CHANNEL_BETA ? CHANNEL_BETA : CHANNEL_STABLE))
            : json_null());
    api_json_set(&object, "must_pass", json_boolean(image->must_pass));
    api_json_set(&object, "rollout", rollout_json(member));
    api_json_set(&object, "devices", json_integer(member->devices));
    api_json_set(&object, "staged", json_integer(member->staged));
    api_json_set(&object, "added_at_ms", time_or_null(image->added_at_ms));
    api_json_set(&object, "published_at_ms", time_or_null(image->published_at_ms));
    return object;
}

char *api_json_dump(const json_t *value)
{
    size_t n = json_dumpb(value, NULL, 0, JSON_COMPACT);
    char *text = n > 0 ? malloc(n + 1) : NULL;

    if (text == NULL)
        return NULL;
    json_dumpb(value, text, n, JSON_COMPACT);
    text[n] = '\0';
    return text;
}

char *api_json_body(const json_t *value, size_t *n)
{
    char *text = value != NULL ? api_json_dump(value) : NULL;
    char *escaped = text != NULL ? escape_json(text, n) : NULL;

    free(text);
    return escaped;
}

static void send(struct http_response *response, unsigned status, const char *type, json_t *value)
{
    size_t size = 0;
    char *escaped = api_json_body(value, &size);

    json_decref(value);
    if (escaped == NULL)
        return; // the server answers 500

    struct http_response_bytes bytes = http_response_own(escaped, size);

    http_response_set_bytes(response, status, type, &bytes);
}

void api_json_send(struct http_response *response, unsigned status, json_t *value)
{
    send(response, status, "application/json", value);
}

static unsigned status_of(int code)
{
    switch (code) {
    case ERR_INVALID: return 400;
    case ERR_DENIED: return 403;
    case ERR_NOT_FOUND: return 404;
    case ERR_CONFLICT: return 409;
    case ERR_TOO_LARGE: return 413;
    case ERR_PRECONDITION: return 412;
    case ERR_REUSED: return 422;
    case ERR_NOBODY: return 401;
    case ERR_BUSY: return 429;
    case ERR_UNAVAILABLE: return 503;
    default: return 500;
    }
}

// A message may quote what came in, control characters too, and may have been cut within a
// character.
static json_t *message_json(const char *message)
{
    char text[ERR_MESSAGE_SIZE];

    snprintf(text, sizeof text, "%s", message);
    for (char *p = text; *p != '\0';) {
        size_t length = utf8_sequence_length((const uint8_t *)p, strlen(p));

        if (length == 0 || (unsigned char)*p < ' ')
            *p = '?';
        p += length != 0 ? length : 1;
    }
    return json_string(text);
}

// What all problems of a code share (RFC 9457, 3.1.2): in few words, for people.
static const char *title_of(int code)
{
    switch (code) {
    case ERR_INVALID: return "The request is wrong";
    case ERR_DENIED: return "Not allowed";
    case ERR_NOT_FOUND: return "There is no such thing";
    case ERR_CONFLICT: return "The present state does not allow it";
    case ERR_TOO_LARGE: return "The request is too large";
    case ERR_PRECONDITION: return "It was changed since";
    case ERR_REUSED: return "The key was another request's";
    case ERR_NOBODY: return "Log in first";
    case ERR_BUSY: return "Too often";
    case ERR_UNAVAILABLE: return "It cannot be done now";
    case ERR_NO_MEMORY: return "Not enough memory";
    default: return "It failed";
    }
}

// RFC 9457, 3.1, and `error` beside it. The type leads to where the document describes it.
static json_t *problem_json(unsigned status, int code, const char *message)
{
    char type[64];
    json_t *error = json_object();
    json_t *object = json_object();

    snprintf(type, sizeof type, API_JSON_PROBLEMS "%s", err_code_name(code));
    api_json_set(&error, "code", json_string(err_code_name(code)));
    api_json_set(&error, "message", message_json(message));
    api_json_set(&object, "type", json_string(type));
    api_json_set(&object, "title", json_string(title_of(code)));
    api_json_set(&object, "status", json_integer(status));
    api_json_set(&object, "detail", message_json(message));
    api_json_set(&object, "error", error);
    return object;
}

static void send_problem(struct http_response *response, unsigned status, json_t *problem)
{
    send(response, status, "application/problem+json", problem);
}

static void refuse(struct http_response *response, unsigned status, int code, const char *message)
{
    send_problem(response, status, problem_json(status, code, message));
}

void api_json_refuse(struct http_response *response, const struct err *err)
{
    if (err->code == 0) // a callback found no memory, and had no place to say so
        refuse(response, 500, ERR_NO_MEMORY, "no memory for the answer");
    else
        refuse(response, status_of(err->code), err->code, err->message);
}

void api_json_refuse_devices(struct http_response *response, const struct err *err, json_t *devices)
{
    unsigned status = status_of(err->code);
    json_t *problem = problem_json(status, err->code, err->message);

    api_json_set(&problem, "devices", devices);
    send_problem(response, status, problem);
}

void api_json_refuse_request(struct http_response *response, unsigned status, const char *reason)
{
    int code = status == 404   ? ERR_NOT_FOUND
               : status == 413 ? ERR_TOO_LARGE
               : status == 500 ? ERR_IO
                               : ERR_INVALID;

    refuse(response, status, code, reason);
}
