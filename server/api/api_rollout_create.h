#ifndef API_ROLLOUT_CREATE_H
#define API_ROLLOUT_CREATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/api/api_filter.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/model/rollout.h"

// What is so where a request says nothing.
#define API_ROLLOUT_CREATE_PHASES "1,10%,50%,100%"
#define API_ROLLOUT_CREATE_RATE 60
#define API_ROLLOUT_CREATE_AT_ONCE 20
#define API_ROLLOUT_CREATE_SUCCESS 95
#define API_ROLLOUT_CREATE_SOAK_S 600
#define API_ROLLOUT_CREATE_FAILURES "5%"
#define API_ROLLOUT_CREATE_TIMEOUT_S 1800

// What a POST /rollouts asks for. Starts as {0}; the caller clears it, also after an error.
struct api_rollout_create {
    struct rollout rollout; // name, terms, and the image, or the kind and the patch
    bool force;             // of a configuration
    bool all;               // of an image: every device, or
    struct api_filter filter;
    bool dry_run;
};

// Reads a body (README.md). ERR_INVALID, ERR_NO_MEMORY.
ERR_CHECKED int api_rollout_create_decode(
    const uint8_t *p, size_t n, struct api_rollout_create *out, struct err *err);
void api_rollout_create_clear(struct api_rollout_create *create);

// Handler of struct http_route; ctx is a struct api.
void api_rollout_create_run(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
