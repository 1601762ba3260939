#ifndef ROLLOUT_WAIT_H
#define ROLLOUT_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/rollout.h"

// What keeps devices from beginning, by the clock.

enum rollout_wait {
    ROLLOUT_WAIT_NONE,
    ROLLOUT_WAIT_START,
    ROLLOUT_WAIT_WINDOW,
    ROLLOUT_WAIT_ZONE, // the time zone of its window cannot be read
    ROLLOUT_WAIT_COUNT
};

// "start", "window", "zone"; NULL: it waits for none.
const char *rollout_wait_name(enum rollout_wait wait);

// What it waits for now. until_ms: NULL, or where to write until when; 0: not known, or for
// nothing.
enum rollout_wait rollout_wait_find(
    const struct rollout_terms *terms, int64_t now_ms, int64_t *until_ms);

// Whether the time zone of the window, if there is one, can be read: the errors of
// rollout_zone_open().
ERR_CHECKED int rollout_wait_check_zone(const struct rollout_terms *terms, struct err *err);

#endif
