#ifndef DEVICE_LATEST_H
#define DEVICE_LATEST_H

#include "server/model/channel.h"
#include "server/store/device_images.h"
#include "server/store/where_text.h"

// Who runs the newest image that is there for it, or could have a newer one: for conditions on
// devices. Of a board's published images, those from the first one on that a rollout keeps from a
// device, behind its own, are not there for it, as release_gate.h has it.

struct device_latest {
    struct device_images always; // who runs one of these is meant
    // Who runs one of these is meant if rollouts have reached it with all that they keep from
    // others, behind it and up to the bound at the same place; or (is_held) if not with all.
    struct device_images some, bounds;
    struct device_images gates; // what rollouts keep from devices
    bool is_held;
};

void device_latest_clear(struct device_latest *latest);

// Both write what begins as {0}; the caller clears it, also after an error. Errors of
// device_images.h.

// What is the newest published image of its board, for devices of that channel.
ERR_CHECKED int device_latest_read(struct store_connection *connection, enum channel channel,
    struct device_latest *out, struct err *err);

// What devices run of a board that has such a one, and is another; but not what is published in
// beta and newer.
ERR_CHECKED int device_latest_read_outdated(struct store_connection *connection,
    enum channel channel, struct device_latest *out, struct err *err);

// Whether they mean the same devices. That they do may be missed.
bool device_latest_equal(const struct device_latest *a, const struct device_latest *b);

// Adds who is meant as a condition.
void device_latest_put(const struct device_latest *latest, struct where_text *text);

#endif
