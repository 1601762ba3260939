#ifndef FIRMWARE_PORT_ESP8266_MAIN_IMAGE_BOUNDS_H
#define FIRMWARE_PORT_ESP8266_MAIN_IMAGE_BOUNDS_H

#include <stdbool.h>

#include "firmware/port/port.h"

// Whether the lengths in the headers of a slot's image lie within the slot. The SDK believes them:
// what has decayed to some gigabytes keeps it reading until the supervisor resets the device, and
// at each start anew. So no function of the SDK is given an image without this. Whether the image
// is a good one is not said. The flash must be attached.
bool image_bounds_hold(enum port_region slot);

#endif
