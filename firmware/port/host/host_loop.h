#ifndef FIRMWARE_PORT_HOST_HOST_LOOP_H
#define FIRMWARE_PORT_HOST_HOST_LOOP_H

#include "firmware/port/host/fleet.h"
#include "firmware/port/host/host_options.h"
#include "firmware/port/host/watchdog.h"

// Runs all devices of the fleet in this thread until SIGTERM or SIGINT. A device that cannot run is
// logged and left out. Returns 0, or -1 if none can run any more, or without memory or descriptors.
int host_loop_run(
    const struct fleet *fleet, const struct host_options *options, struct watchdog *watchdog);

#endif
