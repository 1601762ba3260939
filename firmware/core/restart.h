#ifndef FIRMWARE_CORE_RESTART_H
#define FIRMWARE_CORE_RESTART_H

#include "firmware/core/device.h"

// Saves the events that wait and restarts the device; why is for the log.
void restart_now(struct device *device, const char *why);

#endif
