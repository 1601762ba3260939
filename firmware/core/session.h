#ifndef FIRMWARE_CORE_SESSION_H
#define FIRMWARE_CORE_SESSION_H

#include "firmware/core/device.h"

// The time at the broker: connecting, reporting, taking commands, leaving.

// Begins to connect.
void session_start(struct device *device);

// Goes on, in DEVICE_BROKER and DEVICE_LEAVE.
void session_step(struct device *device);

// Ends a session that failed, and plans the next attempt.
void session_fail(struct device *device, const struct failure *failure);

// When to call again without the stream being ready, in ms.
uint32_t session_wait_ms(const struct device *device, uint32_t now_ms);

#endif
