#ifndef STATUS_SCAN_H
#define STATUS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/device_record.h"

// Reads a status in the plain form in which devices send it: one flat JSON object of integers,
// literals and texts in ASCII without escapes, its members as they should be. Much faster than
// payload_scan(), which matters as nearly all that the daemon receives are such statuses. What it
// takes, it reads exactly as that would (the fuzz target compares them), without a fault. False,
// and *out undefined, for anything else, good or bad.
bool status_scan(const uint8_t *p, size_t n, struct device_status *out);

#endif
