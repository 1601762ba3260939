#ifndef API_ROLLOUTS_H
#define API_ROLLOUTS_H

#include <jansson.h>

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/model/rollout.h"
#include "server/store/store.h"

// Handlers of struct http_route; ctx is a struct api.
void api_rollouts_show(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rollouts_pause(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rollouts_resume(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rollouts_abort(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rollouts_retry(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_rollouts_remove(
    const struct http_request *request, struct http_response *response, void *ctx);

// A rollout with how many of its devices are at which stage; the caller gives up the reference.
ERR_CHECKED int api_rollouts_describe(struct store_connection *connection,
    const struct rollout *rollout, json_t **out, struct err *err);

// Adds its kind to one, and its image or what it is to change in config.json.
void api_rollouts_add_kind(const struct rollout *rollout, json_t **object);

// A device of one; the caller gives up the reference, NULL: no memory.
json_t *api_rollouts_device(const struct rollout_device *device);

// Those that have not ended, for the daemon's state: how many run, and which are paused, and why.
ERR_CHECKED int api_rollouts_state(
    struct store_connection *connection, json_t **out, struct err *err);

#endif
