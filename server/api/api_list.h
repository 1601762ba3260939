#ifndef API_LIST_H
#define API_LIST_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/http/http_response.h"
#include "server/store/store.h"

// Appends each element with api_json_append(), all as of one moment. 0 or an error; what the
// memory does not suffice for need not set err.
typedef int api_list_read(
    struct store_connection *connection, json_t **list, void *ctx, struct err *err);

// Answers with a whole list, which read() fills, or with why it cannot be read.
void api_list_send(
    const struct api *api, api_list_read *read, void *ctx, struct http_response *response);

#endif
