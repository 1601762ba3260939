#ifndef FIRMWARE_PORT_ESP8266_MAIN_INCLUDE_CJSON_CJSON_H
#define FIRMWARE_PORT_ESP8266_MAIN_INCLUDE_CJSON_CJSON_H

#include <stddef.h>

// The SDK's cJSON under the name that it has everywhere else, and what core uses of later versions.
#include <cJSON.h>

// As cJSON 1.7.13 has them: an item that is only read, and a length. A NUL within the text ends it,
// and without memory *return_parse_end is value itself.
#define cJSON_GetStringValue(item) cJSON_GetStringValue((cJSON *)(item))
cJSON *cJSON_ParseWithLengthOpts(
    const char *value, size_t length, const char **return_parse_end, cJSON_bool terminated);

#endif
