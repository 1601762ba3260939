#ifndef DEVICE_PLACES_H
#define DEVICE_PLACES_H

#include <stddef.h>

#include "common/mac.h"
#include "server/base/err.h"

// Devices that have the place of another, by which the operator's configuration knows them.
struct device_places;

// An empty one. ERR_NO_MEMORY.
ERR_CHECKED int device_places_new(struct device_places **out);
void device_places_free(struct device_places *places);

// Adds a device, in order of the MACs; both canonical. ERR_NO_MEMORY.
ERR_CHECKED int device_places_add(struct device_places *places, const char *mac, const char *place);

// The device whose place it has, borrowed; NULL if that is its own. places may be NULL.
const char *device_places_find(const struct device_places *places, const char *mac);

#endif
