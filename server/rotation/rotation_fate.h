#ifndef ROTATION_FATE_H
#define ROTATION_FATE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"
#include "server/model/rotation.h"
#include "server/store/store.h"

// What would become of devices if the phase ended now.

// What is known of one.
struct rotation_fate {
    const struct rotation_device *device;
    bool is_known; // it has come, and so:
    bool is_online;
    bool is_revoked;
    int64_t last_seen_ms;
    bool is_lost;     // it could not come back
    const char *text; // static: why, or that it stays
};

// Judges it; pure. Fills in is_lost and text from the rest.
void rotation_fate_judge(enum rotation_phase phase, struct rotation_fate *fate);

// Calls each() for all devices, by MAC, until it returns non-zero, which is then returned.
ERR_CHECKED int rotation_fate_each(struct store_connection *connection, enum rotation_phase phase,
    int (*each)(const struct rotation_fate *fate, void *ctx), void *ctx, struct err *err);

// ERR_CONFLICT naming the first ones if any would be lost; *count is how many, also then.
ERR_CHECKED int rotation_fate_check(
    struct store_connection *connection, enum rotation_phase phase, size_t *count, struct err *err);

#endif
