#ifndef FIRMWARE_CORE_COMMAND_H
#define FIRMWARE_CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/topic.h"
#include "firmware/core/staging.h"

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
    char name[TOPIC_COMMAND_MAX + 1];
    bool has_id;
    int64_t id; // as the payload gave it
};

// Reads a command from its topic's last part and its payload: any bytes, of which only a JSON
// object's id is taken.
void command_decode(
    const char *name, const uint8_t *payload, size_t payload_size, struct command *out);

#endif
