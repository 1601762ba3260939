#ifndef HOMEASSISTANT_STATE_H
#define HOMEASSISTANT_STATE_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/homeassistant/homeassistant_device.h"

// How a device is, as its announcement (homeassistant_config.h) reads it.

// Writes it, a JSON object; the caller frees it. ERR_NO_MEMORY.
ERR_CHECKED int homeassistant_state_write(
    const struct homeassistant_device *device, char **out, size_t *n);

// "online" or "offline".
const char *homeassistant_state_availability(const struct homeassistant_device *device);

#endif
