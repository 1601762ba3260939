#ifndef STATUS_JSON_H
#define STATUS_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/device.h"

// Reads the payload of a status in any form that JSON has; as status_decode().
ERR_CHECKED int status_json_decode(
    const uint8_t *p, size_t n, struct device_status *out, const char **reason);

#endif
