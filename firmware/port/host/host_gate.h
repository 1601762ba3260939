#ifndef FIRMWARE_PORT_HOST_HOST_GATE_H
#define FIRMWARE_PORT_HOST_HOST_GATE_H

#include <stddef.h>

#define HOST_GATE_PLACES 32

// How many of a process's devices may be on their way to the backend at once. Boards have a CPU
// each; here thousands share one, and if all shook hands together none would be done in time.
struct host_gate {
    size_t free;    // places
    size_t waiting; // streams that want one
};

#endif
