#ifndef FIRMWARE_PORT_HOST_FLEET_H
#define FIRMWARE_PORT_HOST_FLEET_H

#include <stddef.h>

#include "common/mac.h"

// One device to run and the folder that is its flash.
struct fleet_member {
    char mac[MAC_SIZE];
    char *folder;
};

struct fleet {
    size_t count;
    struct fleet_member *members;
};

// One device in that folder. 0, or -1 without memory.
int fleet_single(struct fleet *fleet, const char *folder, const char *mac);

// The first count sub-folders that are named as a MAC, in their order, beginning with first (""
// for any). Fails with -1, and errno, if the folder cannot be read; there may be fewer than count.
int fleet_find(struct fleet *fleet, const char *folder, const char *first, size_t count);

void fleet_clear(struct fleet *fleet);

#endif
