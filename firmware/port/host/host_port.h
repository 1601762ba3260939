#ifndef FIRMWARE_PORT_HOST_HOST_PORT_H
#define FIRMWARE_PORT_HOST_HOST_PORT_H

#include <stdbool.h>

#include "common/contract.h"
#include "common/mac.h"
#include "firmware/port/host/air.h"
#include "firmware/port/host/host_stream.h"
#include "firmware/port/port.h"

#define HOST_PORT_SLOT_SIZE CONTRACT_SDK_IMAGE_MAX // as on the board
#define HOST_PORT_RETAINED_SIZE 256
#define HOST_PORT_FREE_HEAP 40960 // bytes: what a board shows on a good day

// What one virtual device runs on: a folder is its flash, the process its CPU.
struct host_port {
    struct port port;
    const char *folder;
    char mac[MAC_SIZE];
    enum port_log log_level;
    struct host_stream stream;
    enum port_led led; // the pattern last asked for
    bool wants_reboot;
    struct air *air;      // what it finds its networks in, or NULL: the link is up
    const char *networks; // the file that has them, once the link has been started
    unsigned air_changes; // as of which is_linked says whether it finds one
    bool is_linked;
    bool is_link_lost;        // by a fault (fault.h), which the caller sets,
    uint32_t lost_heap_bytes; // as is this
    uint8_t retained[HOST_PORT_RETAINED_SIZE];
};

// gate, shared by the devices of a process, and folder are borrowed for the port's life, as is an
// air that the caller sets.
void host_port_init(struct host_port *host, struct host_gate *gate, const char *folder,
    const char *mac, enum port_log log_level);

// Closes the connection, as a power cut does.
void host_port_clear(struct host_port *host);

#endif
