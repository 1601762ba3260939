// The channels of images and devices.
#include "server/model/channel.h"

#include <stddef.h>
#include <string.h>

static const char *const names[CHANNEL_COUNT] = {
    [CHANNEL_STABLE] = "stable", [CHANNEL_BETA] = "beta"};

const char *channel_name(enum channel channel)
{
    return names[channel];
}

bool channel_parse(const char *name, enum channel *out)
{
    for (int i = CHANNEL_STABLE; i < CHANNEL_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum channel)i;
            return true;
        }
    }
    return false;
}

enum channel channel_from(long long number)
{
    return number == CHANNEL_STABLE || number == CHANNEL_BETA ? (enum channel)number : CHANNEL_NONE;
}
