#ifndef FIRMWARE_CORE_DEVICE_COMMAND_H
#define FIRMWARE_CORE_DEVICE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_name.h"
#include "firmware/core/staging.h"

// In place of the image of a command whose payload cannot be read: no image has that name.
#define DEVICE_COMMAND_IMAGE_UNREADABLE "one that cannot be read"

enum device_command_action {
    DEVICE_COMMAND_FETCH_IMAGE,
    DEVICE_COMMAND_FETCH_FILE,
    DEVICE_COMMAND_FLASH, // this one and the next two end with a restart
    DEVICE_COMMAND_REBOOT,
    DEVICE_COMMAND_WIFI,
    DEVICE_COMMAND_UNKNOWN,
};

// A command as it was received.
struct device_command {
    enum device_command_action action;
    enum staging_file file; // of DEVICE_COMMAND_FETCH_FILE
    const char *name;       // of a known command one that stays, else what was decoded
    bool has_id;
    int64_t id;                  // as the payload gave it
    char image[IMAGE_NAME_SIZE]; // that a flash means: "" if its payload names none
};

// Reads a command from its topic's last part and its payload: any bytes, of which only a JSON
// object's id and image are taken. An image that is no image's name or is there twice, and a
// payload that is neither empty nor a JSON object, give DEVICE_COMMAND_IMAGE_UNREADABLE: what was
// meant to be bound to an image must not take any.
void device_command_decode(
    const char *name, const uint8_t *payload, size_t payload_size, struct device_command *out);

#endif
