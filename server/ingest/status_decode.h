#ifndef STATUS_DECODE_H
#define STATUS_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "server/ingest/payload_fault.h"
#include "server/model/device_record.h"

// Reads the payload of a status (wire contract, "MQTT topics"), whatever it is. Members that are
// absent, or not to be read as what they are, are left out of *out; others than those are ignored.
// What cannot be read is noted in *faults, which is empty at the start.
void status_decode(
    const uint8_t *p, size_t n, struct device_status *out, struct payload_faults *faults);

// The same for any payload, without the quick way for those in the plain form.
void status_decode_any(
    const uint8_t *p, size_t n, struct device_status *out, struct payload_faults *faults);

#endif
