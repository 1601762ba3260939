#ifndef API_DEVICE_MORE_H
#define API_DEVICE_MORE_H

#include <stdbool.h>

#include "server/api/api_text.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/store/device_groups.h"

// What lists say of a device beside its own members, if they are asked to: with `marks` what an
// operator has said of it, with `groups` in which groups it is and which channel it follows.
struct api_device_more {
    bool marks;
    bool groups;
    struct store_connection *connection; // while it is open
    struct device_groups *judge;
};

void api_device_more_read(const struct http_request *request, struct api_device_more *out);

// For devices that are read on that connection. Errors of device_groups_open().
ERR_CHECKED int api_device_more_open(
    struct api_device_more *more, struct store_connection *connection, struct err *err);
void api_device_more_close(struct api_device_more *more); // also if it is not open

// Adds its members, each behind a comma. ERR_IO.
ERR_CHECKED int api_device_more_write(
    struct api_device_more *more, const char *mac, struct api_text *text, struct err *err);

#endif
