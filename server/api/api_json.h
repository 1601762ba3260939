#ifndef API_JSON_H
#define API_JSON_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/http/http_response.h"
#include "server/model/broker_limit.h"
#include "server/model/command.h"
#include "server/model/device_fault.h"
#include "server/model/event.h"
#include "server/model/left_out.h"
#include "server/release/release.h"
#include "server/store/status_store.h"

// The API's objects as JSON (README.md). All return a new reference, or NULL without memory.
json_t *api_json_command(const struct command *command);
json_t *api_json_event(const struct event *event);
json_t *api_json_fault(const struct device_fault *fault);
json_t *api_json_left_out(const struct left_out *out);
json_t *api_json_broker_limit(const struct broker_limit *limit);
json_t *api_json_hour(const struct status_hour *hour);
json_t *api_json_key(const struct image_key *key);
json_t *api_json_key_reference(const struct release_catalogue *catalogue, const char *key_id);
json_t *api_json_image(
    const struct release_catalogue *catalogue, const struct release_member *member);

// A text, or null if it is NULL, empty or not valid UTF-8.
json_t *api_json_text(const char *text);

// Set a member and append an element, taking the value's reference. If value or *object (*list) is
// NULL, or there is no memory, it is released and becomes NULL: a whole is never sent in part.
void api_json_set(json_t **object, const char *name, json_t *value);
void api_json_append(json_t **list, json_t *value);

// A value in one line, in memory that is not jansson's (api_json_memory.h): the caller frees it.
// NULL: no memory.
char *api_json_dump(const json_t *value);

// A value as it is sent, of *n bytes before a NUL; the caller frees it. NULL: no memory, or no
// value.
char *api_json_body(const json_t *value, size_t *n);

// Answers with a value, whose reference is taken; NULL (no memory) leaves the server's own 500.
void api_json_send(struct http_response *response, unsigned status, json_t *value);

// Where a refusal's type leads to: the code (err_code_name()) follows.
#define API_JSON_PROBLEMS "/api/v1/openapi.json#/x-problems/"

// Answers with a problem (RFC 9457) and the HTTP status that fits its code.
void api_json_refuse(struct http_response *response, const struct err *err);

// The same, with the devices that it is about beside it; takes the reference.
void api_json_refuse_devices(
    struct http_response *response, const struct err *err, json_t *devices);

// The same for what the HTTP server itself refuses; see struct http_server_settings.
void api_json_refuse_request(struct http_response *response, unsigned status, const char *reason);

#endif
