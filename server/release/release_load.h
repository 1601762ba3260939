#ifndef RELEASE_LOAD_H
#define RELEASE_LOAD_H

#include <stdbool.h>

#include "server/release/release.h"

// Reads the whole catalogue from the store, with how many devices run each image and have it
// staged, if count_devices.
// Free it with release_load_free().
ERR_CHECKED int release_load(struct store_connection *connection, bool count_devices,
    struct release_catalogue **out, struct err *err);
void release_load_free(struct release_catalogue *catalogue);

#endif
