#ifndef HOMEASSISTANT_KNOWN_H
#define HOMEASSISTANT_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/homeassistant/homeassistant_shown.h"

// Which devices are announced at the broker, as far as is known, and what was said of them last.
struct homeassistant_known_device {
    char mac[MAC_SIZE];
    bool is_there;                     // of the fleet, as of the present round
    uint64_t said[3];                  // hash by enum homeassistant_topic_kind; 0: not known
    struct homeassistant_shown *shown; // NULL: its app has never added anything
};

// Sorted by MAC. Starts as {0}.
struct homeassistant_known {
    struct homeassistant_known_device *items;
    size_t count, capacity;
};

void homeassistant_known_clear(struct homeassistant_known *known);

// The device of that MAC, made if it is new; valid until the next call. NULL without memory.
struct homeassistant_known_device *homeassistant_known_get(
    struct homeassistant_known *known, const char *mac);

// Forgets what was said: all is said again. With `configs` that of the announcements alone.
void homeassistant_known_forget_said(struct homeassistant_known *known, bool configs);

// Takes out those that are not there.
void homeassistant_known_sweep(struct homeassistant_known *known);

// A hash of n bytes that is not 0 (FNV-1a).
uint64_t homeassistant_known_hash(const void *p, size_t n);

#endif
