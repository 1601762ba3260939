#ifndef FIRMWARE_CORE_COMMAND_H
#define FIRMWARE_CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_name.h"
#include "firmware/core/staging.h"

// In place of the image of a command whose payload cannot be read: no image has that name.
#define COMMAND_IMAGE_UNREADABLE "one that cannot be read"

enum command_action {
    COMMAND_FETCH_IMAGE,
    COMMAND_FETCH_FILE,
    COMMAND_FLASH,
    COMMAND_REBOOT,
    COMMAND_UNKNOWN,
};

// A command as it was received.
struct command {
    enum command_action action;
    enum staging_file file; // of COMMAND_FETCH_FILE
    const char *name;       // of a known command one that stays, else what was decoded
    bool has_id;
    int64_t id;                  // as the payload gave it
    char image[IMAGE_NAME_SIZE]; // that a flash means: "" if its payload names none
};

// Reads a command from its topic's last part and its payload: any bytes, of which only a JSON
// object's id and image are taken. An image that is no image's name or is there twice, and a
// payload that is neither empty nor a JSON object, give COMMAND_IMAGE_UNREADABLE: what was meant to
// be bound to an image must not take any.
void command_decode(
    const char *name, const uint8_t *payload, size_t payload_size, struct command *out);

#endif
