#ifndef HOMEASSISTANT_CONFIG_H
#define HOMEASSISTANT_CONFIG_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/homeassistant/homeassistant_device.h"

// The announcement of a device by Home Assistant's MQTT discovery, all its entities in one message
// (device discovery: Home Assistant 2024.12 and later).
// https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload

#define HOMEASSISTANT_CONFIG_MAX 15000 // bytes: the broker takes 16384 with the topic

// Writes it, without the last members if it would be longer: a JSON object; the caller frees it.
// gone: members that were announced before and are no more, which it takes away. ERR_NO_MEMORY.
ERR_CHECKED int homeassistant_config_write(const struct homeassistant_device *device,
    const struct homeassistant_members *gone, char **out, size_t *n);

#endif
