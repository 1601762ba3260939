#ifndef API_DEVICE_H
#define API_DEVICE_H

#include <jansson.h>

#include "server/api/api_text.h"
#include "server/model/device_record.h"

// Adds a device as a JSON object (README.md).
void api_device_write(struct api_text *text, const struct device_record *device);

// The same without its end: more members may follow, and "}".
void api_device_begin(struct api_text *text, const struct device_record *device);

// The same as a value that more members can be added to; NULL without memory.
json_t *api_device_json(const struct device_record *device);

#endif
