#ifndef STATUS_DECODE_H
#define STATUS_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/device.h"

// Reads the payload of a status (wire contract, "MQTT topics"). Members that are absent, of a wrong
// type or out of range are left out of *out; others than those are ignored. ERR_INVALID with a
// short static reason, and *out untouched, if payload_parse() refuses it.
ERR_CHECKED int status_decode(
    const uint8_t *p, size_t n, struct device_status *out, const char **reason);

#endif
