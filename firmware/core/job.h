#ifndef FIRMWARE_CORE_JOB_H
#define FIRMWARE_CORE_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/core/device.h"

// The execution of commands, one after the other.

// Takes a command that was received: it is queued, or refused at once. One for Wi-Fi networks does
// not wait, as they would have to wait with it: it is refused unless there is nothing else to do,
// and staged.
void job_receive(struct device *device, const struct device_command *command,
    const uint8_t *payload, size_t payload_size);

// Begins the next command, if none is under way; the device is online and confirmed. True if the
// device must leave the broker for it.
bool job_begin(struct device *device);

// Goes on with a check of the downloaded image. True when it has succeeded, or networks are staged,
// and the device must leave the broker to restart.
bool job_check(struct device *device);

// Whether the next start is to do something else first (struct device_options), and there is
// nothing to do but that. The device then leaves the broker to restart.
bool job_wants_start(struct device *device);

// The device has left the broker: begins the download, or restarts.
void job_leave(struct device *device);

// Goes on with a download; the device returns to the broker at its end.
void job_download(struct device *device);

// When to call again without the stream being ready, in ms.
uint32_t job_wait_ms(const struct device *device, uint32_t now_ms);

#endif
