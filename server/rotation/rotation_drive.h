#ifndef ROTATION_DRIVE_H
#define ROTATION_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"

// Gives the devices their next commands. What a device was told is written together with the
// command, so that a crash between them finds both or neither.

#define ROTATION_DRIVE_AT_ONCE 16      // devices at a step, once the first one has come through
#define ROTATION_DRIVE_STUCK_MS 600000 // who is at a step for longer is not counted among them

struct rotation_drive {
    bool is_ready; // as the phase needs daemon and broker
    bool is_over;  // the CA that goes is trusted no more by this daemon: nothing is left to be done
};

// A store_job; ctx is a rotation_drive.
ERR_CHECKED int rotation_drive_run(struct store_connection *connection, void *ctx, struct err *err);

#endif
