#ifndef HOMEASSISTANT_GATHER_H
#define HOMEASSISTANT_GATHER_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/homeassistant/homeassistant_device.h"
#include "server/release/release.h"
#include "server/store/store.h"

// What Home Assistant is told of a device, as the store knows it.

// Whether it is told of that device at all: it has said what it runs, and is not shut out.
bool homeassistant_gather_is_shown(const struct device_record *record);

// Reads the rest about device->record, which is set. *is_offered: there is an image for it, and
// nothing keeps it from the device. The store's errors, and those of release_next_find().
ERR_CHECKED int homeassistant_gather_read(struct store *store, struct release *release,
    struct homeassistant_device *device, bool *is_offered, struct err *err);

#endif
