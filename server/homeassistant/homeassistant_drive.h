#ifndef HOMEASSISTANT_DRIVE_H
#define HOMEASSISTANT_DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/release/release.h"
#include "server/store/store.h"

// Tells Home Assistant of the fleet, by the broker, and does what it orders. What is to be said
// follows from the store alone, and what is said already the broker knows: so nothing is kept
// here, and nothing is lost when daemon, broker or Home Assistant start anew. Its own thread.
struct homeassistant_drive;

struct homeassistant_drive_settings {
    struct store *store;
    struct release *release;
    bool is_on;         // else it takes away what was announced before
    int64_t per_second; // messages, at most
    // Has the broker keep a message, or take away the one that it keeps (n is 0). ERR_UNAVAILABLE
    // while there is no connection. On the drive's thread.
    int (*publish)(const char *topic, const void *payload, size_t n, void *ctx);
    void *ctx;
};

ERR_CHECKED int homeassistant_drive_new(const struct homeassistant_drive_settings *settings,
    struct homeassistant_drive **out, struct err *err);
// Starts and ends its thread, which says then that the daemon is gone; the latter also where it
// never ran.
ERR_CHECKED int homeassistant_drive_start(struct homeassistant_drive *drive, struct err *err);
void homeassistant_drive_stop(struct homeassistant_drive *drive);
// NULL is allowed, here and above.
void homeassistant_drive_free(struct homeassistant_drive *drive);

// What comes from the broker, and whether it is there. Neither blocks. Any thread, also before the
// start and after the end. The first is false if the topic is none of Home Assistant's.
bool homeassistant_drive_hear(
    struct homeassistant_drive *drive, const char *topic, const uint8_t *payload, size_t n);
void homeassistant_drive_note_connection(struct homeassistant_drive *drive, bool connected);

// Calls add() for each counter. Any thread.
void homeassistant_drive_each_counter(const struct homeassistant_drive *drive,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
