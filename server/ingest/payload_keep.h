#ifndef PAYLOAD_KEEP_H
#define PAYLOAD_KEEP_H

#include <stddef.h>
#include <stdint.h>

#include "common/contract.h"

#define PAYLOAD_KEEP_SIZE (CONTRACT_PAYLOAD_MAX + 1)

// Writes what can be read of a payload (payload_scan()), also members that nobody here knows, as
// one JSON object; members for which there is no room are left out. Returns its length.
size_t payload_keep_write(const uint8_t *p, size_t n, char out[PAYLOAD_KEEP_SIZE]);

#endif
