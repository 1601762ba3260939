#ifndef COMMON_TOPIC_H
#define COMMON_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#include "common/mac.h"

#define TOPIC_COMMAND_MAX 31 // longest command name
#define TOPIC_SIZE 64        // any topic with its NUL

enum topic_kind {
    TOPIC_STATUS,  // /status/<mac>
    TOPIC_COMMAND, // /command/<mac>/<COMMAND>
    TOPIC_WILL,    // /will/<mac>/will, and /will/<mac> from deployed devices
    TOPIC_EVENT,   // /event/<mac>
};

struct topic {
    enum topic_kind kind;
    char mac[MAC_SIZE];
    char command[TOPIC_COMMAND_MAX + 1]; // "" unless TOPIC_COMMAND
};

// Reads the n bytes of a received topic. False, and *out untouched, if it is none of the above.
bool topic_parse(const char *s, size_t n, struct topic *out);

// Writes the topic of that kind for a device; command is the last part of a TOPIC_COMMAND (also
// "#", to subscribe) and otherwise ignored. A TOPIC_WILL takes its long form. Returns the length,
// or 0 if it does not fit.
size_t topic_format(
    char out[TOPIC_SIZE], enum topic_kind kind, const char *mac, const char *command);

#endif
