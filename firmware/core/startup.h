#ifndef FIRMWARE_CORE_STARTUP_H
#define FIRMWARE_CORE_STARTUP_H

#include "firmware/core/device.h"
#include "firmware/core/failure.h"

// The start of a device: brings trials that ended to their end, then decides which image and which
// files it runs with and reads them. Fails if it cannot run. May have asked the port to restart:
// the device's state is then DEVICE_RESTART.
int startup_run(struct device *device, struct failure *failure);

#endif
