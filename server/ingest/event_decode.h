#ifndef EVENT_DECODE_H
#define EVENT_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "server/ingest/payload_fault.h"
#include "server/model/event.h"

// Reads the payload of an event, whatever it is; mac and at_ms of *out stay empty. Members that are
// absent, or not to be read as what they are, are left out; a long detail is cut. kind is "" if the
// payload does not say one that a device can tell; an id with a result is a command's outcome even
// so. What cannot be read is noted in *faults, which is empty at the start.
void event_decode(const uint8_t *p, size_t n, struct event *out, struct payload_faults *faults);

#endif
