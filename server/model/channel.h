#ifndef MODEL_CHANNEL_H
#define MODEL_CHANNEL_H

#include <stdbool.h>

// To whom an image is published, and what a device follows: who follows beta gets what is in
// stable, too. Stored as these numbers.
enum channel {
    CHANNEL_NONE, // of a device or a group: nothing was said. Of an image: stable
    CHANNEL_STABLE,
    CHANNEL_BETA,
    CHANNEL_COUNT
};

// "stable", "beta"; of CHANNEL_NONE NULL.
const char *channel_name(enum channel channel);

// False if it is neither.
bool channel_parse(const char *name, enum channel *out);

// What was stored: what is neither is CHANNEL_NONE.
enum channel channel_from(long long number);

#endif
