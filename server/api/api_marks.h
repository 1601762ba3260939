#ifndef API_MARKS_H
#define API_MARKS_H

#include <jansson.h>

#include "server/api/api_text.h"
#include "server/base/err.h"
#include "server/store/mark_store.h"
#include "server/store/store.h"

// What an operator has said of a device, as JSON: new references, NULL without memory.

// null, or an object.
json_t *api_marks_hold(const struct device_mark *mark);

// Reads the array of a device's tags; the caller gives up the reference. ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int api_marks_read_tags(
    struct store_connection *connection, const char *mac, json_t **out, struct err *err);

// Adds the members `tags`, `hold`, `pin` and `canary` of a device to its text, each behind a comma.
// ERR_IO.
ERR_CHECKED int api_marks_write(
    struct store_connection *connection, const char *mac, struct api_text *text, struct err *err);

// Sets a device's members `tags`, `hold`, `pin` and `canary`.
ERR_CHECKED int api_marks_add_to(
    struct store_connection *connection, const char *mac, json_t **device, struct err *err);

#endif
