#ifndef EVENT_DECODE_H
#define EVENT_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/event.h"

// Reads the payload of an event; mac and at_ms of *out stay empty. Members that are absent, of a
// wrong type or out of range are left out, a long detail is cut. ERR_INVALID with a short static
// reason, and *out untouched, if payload_parse() refuses it, if it names no kind, or one that only
// the daemon notices.
ERR_CHECKED int event_decode(const uint8_t *p, size_t n, struct event *out, const char **reason);

#endif
