#ifndef FIRMWARE_ENROL_WIFI_H
#define FIRMWARE_ENROL_WIFI_H

#include <stddef.h>
#include <stdint.h>

#include "common/wifi_networks.h"
#include "firmware/core/device.h"
#include "firmware/core/failure.h"

// Reads what a wifi command's payload, of any n bytes, has sealed: the member
// CONTRACT_PAYLOAD_SEALED of a JSON object, in base64 (RFC 4648, 4). Returns its bytes.
// RESULT_FILE_INVALID, negated, if that is not there or is too long, and RESULT_OUT_OF_MEMORY.
int wifi_read_sealed(const uint8_t *payload, size_t n, uint8_t out[WIFI_NETWORKS_SEALED_SIZE],
    struct failure *failure);

// Opens that in the scratch of a device that is online. Returns the bytes of the list of networks
// (common/wifi_networks.h) that then begins it; the caller wipes it. RESULT_FILE_INVALID also if it
// cannot be opened with the device's key, is no list of networks, or was not set later than the one
// in use: an old message that comes again must not lead back to a network that was left for a
// reason.
int wifi_open(struct device *device, const uint8_t *payload, size_t n, struct failure *failure);

// As struct device_options has it. The slot record is first to say that the command is under way:
// whatever becomes of the networks from then on is its outcome.
int wifi_stage(struct device *device, const uint8_t *payload, size_t n, struct failure *failure);

#endif
